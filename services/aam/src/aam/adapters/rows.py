"""Rows of the tables as domain objects, and back."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from aam.adapters.tables import connections
from aam.domain.connection import Connection, ConnectionState, ConnectionSummary, Stream, StreamState
from aam.domain.errors import Obstacle
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.quarantine import Misfit, QuarantinedRow
from aam.domain.run import RunState, StreamRun, StreamRunState, SyncRun
from aam.domain.schema import Column, StreamSchema
from aam.domain.statistics import RunStats
from aam.domain.steering import Limits, RunPlan, Schedule, Steering

Row = sa.Row[Any]


def clean(text: str) -> str:
    """A text that PostgreSQL can hold: it has no NUL."""
    return text.replace("\x00", "\ufffd")


def connection_of(row: Row) -> Connection:
    """A connection."""
    return Connection(
        id=row.id,
        name=row.name,
        connector=row.connector,
        settings=row.settings,
        state=ConnectionState(row.state),
        created_at=row.created_at,
        location=row.location,
        error=row.error,
        streams=tuple(row.streams),
        request_id=row.request_id,
        safe_mode=row.safe_mode,
        missing=tuple(row.missing),
        obstacle=Obstacle(row.obstacle),
        fresh_within_minutes=row.fresh_within_minutes,
        steering=steering_of(row),
    )


def steering_of(row: Row) -> Steering:
    """How a connection is steered."""
    return Steering(
        paused_by=row.paused_by,
        paused_at=row.paused_at,
        limits=Limits(row.streams_at_once, row.rows_per_second),
        schedule=Schedule(row.every_minutes, row.cron, row.timezone),
        next_at=row.next_at,
        last_at=row.last_at,
        last_note=row.last_note,
    )


SUMMARY = [connections.c[name] for name in ConnectionSummary._fields if name != "warnings"]
"""The columns that `summary_of` takes."""


def summary_of(row: Row) -> ConnectionSummary:
    """A connection as lists show it."""
    found = ConnectionSummary._make([*row, ()])
    return found._replace(
        state=ConnectionState(found.state), missing=tuple(found.missing), obstacle=Obstacle(found.obstacle)
    )


def schema_body(schema: StreamSchema | None) -> dict[str, Any] | None:
    """A shape as JSON."""
    return asdict(schema) if schema else None


def mapping_body(mapping: Mapping | None) -> dict[str, Any] | None:
    """A mapping version as JSON."""
    return asdict(mapping) if mapping else None


def stream_of(row: Row) -> Stream:
    """A stream."""
    return Stream(
        connection_id=row.connection_id,
        name=row.name,
        state=StreamState(row.state),
        schema=_schema(row.shape),
        fingerprint=row.fingerprint,
        mapping=_mapping(row.mapping),
        cursor=row.cursor,
        version=row.version,
        published_mapping=row.published_mapping,
        error=row.error,
    )


def stream_values(stream: Stream) -> dict[str, Any]:
    """A stream's columns, without its key."""
    return {
        "state": stream.state.value,
        "shape": schema_body(stream.schema),
        "fingerprint": stream.fingerprint,
        "mapping": mapping_body(stream.mapping),
        "cursor": dict(stream.cursor),
        "version": stream.version,
        "published_mapping": stream.published_mapping,
        "error": clean(stream.error),
    }


def _schema(body: dict[str, Any] | None) -> StreamSchema | None:
    if body is None:
        return None
    columns = tuple(Column(**column) for column in body["columns"])
    return StreamSchema(columns, tuple(body["primary_key"]), body["cursor"])


def _mapping(body: dict[str, Any] | None) -> Mapping | None:
    if body is None:
        return None
    fields = tuple(FieldMapping(**{**one, "transform": _transform(one["transform"])}) for one in body["fields"])
    return Mapping(body["version"], body["entity"], fields, tuple(body["key_columns"]))


def _transform(body: dict[str, Any]) -> Transform:
    texts = {name: tuple(body[name]) for name in ("true_values", "false_values")}
    return Transform(**{**body, **texts})


def stream_run_of(row: Row) -> StreamRun:
    """What a run did with one stream."""
    return StreamRun(
        row.stream,
        StreamRunState(row.state),
        row.rows_read,
        row.rows_published,
        row.rows_quarantined,
        row.batches,
        row.error,
        row.note,
        RunStats(row.bytes, row.whole, row.started_at, row.ended_at),
    )


def run_of(row: Row, streams: list[StreamRun]) -> SyncRun:
    """A run with its streams."""
    return SyncRun(
        row.id,
        row.connection_id,
        RunState(row.state),
        row.created_at,
        row.ended_at,
        row.error,
        tuple(streams),
        row.request_id,
        RunPlan(row.full_refresh, row.backfill_from, row.backfill_until, row.replay),
    )


def quarantined_of(row: Row) -> QuarantinedRow:
    """A row in quarantine."""
    misfit = Misfit(row.file, row.row_number, row.column_name, row.value, row.reason, row.record)
    return QuarantinedRow(row.id, row.connection_id, row.stream, row.run_id, misfit)
