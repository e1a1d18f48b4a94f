"""What REST takes and gives; fields are those of the protobuf messages."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aam.domain.connection import Connection, ConnectionSummary, Stream
from aam.domain.quarantine import QuarantinedRow
from aam.domain.run import StreamRun, SyncRun
from aam.domain.steering import MAX_BOUND, RunPlan
from aam.ports import Connector
from aam.usecases.connecting.explain_connection import Explanation


class ConnectionBody(BaseModel):
    """Asks for a connection."""

    name: str = Field(min_length=1, max_length=120, examples=["crm"])
    connector: str = Field(max_length=60, examples=["files"])
    settings: dict[str, Any] = Field(description="After the connector's schema; secrets are never returned.")
    streams: list[str] = Field(default_factory=list, max_length=10_000, description="Streams to read; empty means all.")
    request_id: str = Field("", max_length=120, description="Repeating it returns the same connection.")


class ReconnectBody(BaseModel):
    """Asks for other settings of a connection."""

    settings: dict[str, Any] = Field(description="All of them, after the connector's schema, with the secrets.")


class BackfillBody(BaseModel):
    """A range of the streams' cursor column, or of what stands for one: `from` <= value < `until`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)
    since: str = Field(
        alias="from", min_length=1, max_length=MAX_BOUND, examples=["2026-03-01T00:00:00Z"], description="Or a number."
    )
    until: str = Field(min_length=1, max_length=MAX_BOUND, examples=["2026-04-01T00:00:00Z"])


class SyncBody(BaseModel):
    """Asks for a sync."""

    request_id: str = Field("", max_length=120, description="Repeating it returns the same run.")
    streams: list[str] = Field(default_factory=list, max_length=10_000, description="Only these; empty means all.")
    full_refresh: bool = Field(False, description="Read from the beginning, whatever was read before.")
    backfill: BackfillBody | None = Field(None, description="Read again what lies in a range, and nothing else.")

    replay: bool = Field(False, description="Read what has landed again, under the mapping in force; not the source.")

    def plan(self) -> RunPlan:
        """What the run is to read."""
        since, until = (self.backfill.since, self.backfill.until) if self.backfill else ("", "")
        return RunPlan(self.full_refresh, since, until, self.replay)


class ConnectorOut(BaseModel):
    """A kind of source."""

    name: str
    title: str
    settings_schema: dict[str, Any]

    @classmethod
    def of(cls, connector: Connector) -> "ConnectorOut":
        """Show a connector."""
        return cls(name=connector.name, title=connector.title, settings_schema=connector.settings_schema())


class StreamOut(BaseModel):
    """A readable thing of a connection."""

    name: str
    state: str
    entity: str
    mapping_version: int
    fingerprint: str
    error: str
    columns: list[str]

    @classmethod
    def of(cls, stream: Stream) -> "StreamOut":
        """Show a stream."""
        return cls(
            name=stream.name,
            state=stream.state.value,
            entity=stream.mapping.entity if stream.mapping else "",
            mapping_version=stream.mapping.version if stream.mapping else 0,
            fingerprint=stream.fingerprint,
            error=stream.error,
            columns=stream.schema.names if stream.schema else [],
        )


class ConnectionOut(BaseModel):
    """A connection, without its credentials."""

    id: str
    name: str
    connector: str
    state: str
    location: str
    error: str
    safe_mode: bool
    missing: list[str]
    obstacle: str
    warnings: list[str]
    streams: list[StreamOut]
    create_time: datetime
    paused_by: str
    pause_time: datetime | None
    next_time: datetime | None

    @classmethod
    def of(cls, connection: Connection | ConnectionSummary, streams: list[Stream]) -> "ConnectionOut":
        """Show a connection."""
        steering = connection.steering if isinstance(connection, Connection) else connection
        return cls(
            id=str(connection.id),
            name=connection.name,
            connector=connection.connector,
            state=connection.state.value,
            location=connection.location,
            error=connection.error,
            safe_mode=connection.safe_mode,
            missing=list(connection.missing),
            obstacle=connection.obstacle.value,
            warnings=list(connection.warnings),
            streams=[StreamOut.of(stream) for stream in streams],
            create_time=connection.created_at,
            paused_by=steering.paused_by,
            pause_time=steering.paused_at,
            next_time=steering.next_at,
        )


class ConnectionPage(BaseModel):
    """A page of connections, newest first, without their streams."""

    connections: list[ConnectionOut]
    next_page_token: str


class CheckOut(BaseModel):
    """The source answers."""

    ok: bool = True
    notes: list[str] = Field(description="What the source holds for this connection, e.g. the lag of its slot.")


class StreamRunOut(BaseModel):
    """What a run did with one stream."""

    stream: str
    state: str
    rows_read: int
    rows_published: int
    rows_quarantined: int
    batches: int
    error: str
    note: str
    bytes: int
    seconds: float | None
    rows_per_second: float | None

    @classmethod
    def of(cls, stream: StreamRun) -> "StreamRunOut":
        """Show a stream's part of a run."""
        return cls(
            stream=stream.stream,
            state=stream.state.value,
            rows_read=stream.rows_read,
            rows_published=stream.rows_published,
            rows_quarantined=stream.rows_quarantined,
            batches=stream.batches,
            error=stream.error,
            note=stream.note,
            bytes=stream.stats.bytes,
            seconds=stream.stats.seconds,
            rows_per_second=stream.stats.rate(stream.rows_read),
        )


class RunOut(BaseModel):
    """One sync of one connection."""

    id: str
    connection_id: str
    state: str
    streams: list[StreamRunOut]
    error: str
    create_time: datetime
    end_time: datetime | None
    full_refresh: bool
    replay: bool
    backfill_from: str
    backfill_until: str

    @classmethod
    def of(cls, run: SyncRun) -> "RunOut":
        """Show a run."""
        return cls(
            id=str(run.id),
            connection_id=str(run.connection_id),
            state=run.state.value,
            streams=[StreamRunOut.of(stream) for stream in run.streams],
            error=run.error,
            create_time=run.created_at,
            end_time=run.ended_at,
            full_refresh=run.plan.full_refresh,
            replay=run.plan.replay,
            backfill_from=run.plan.backfill_from,
            backfill_until=run.plan.backfill_until,
        )


class RunPage(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunOut]
    next_page_token: str


class QuarantinedOut(BaseModel):
    """A row that did not fit."""

    id: str
    connection_id: str
    stream: str
    run_id: str
    file: str
    row: int
    column: str
    value: str
    reason: str
    record: str

    @classmethod
    def of(cls, row: QuarantinedRow) -> "QuarantinedOut":
        """Show a quarantined row."""
        misfit = row.misfit
        return cls(
            id=str(row.id),
            connection_id=str(row.connection_id),
            stream=row.stream,
            run_id=str(row.run_id),
            file=misfit.file,
            row=misfit.row,
            column=misfit.column,
            value=misfit.value,
            reason=misfit.reason,
            record=misfit.record,
        )


class QuarantinePage(BaseModel):
    """A page of quarantined rows, by connection, stream and row."""

    rows: list[QuarantinedOut]
    next_page_token: str
    total: int


class RefusalOut(BaseModel):
    """How many rows were refused for one reason."""

    stream: str
    column: str
    reason: str
    rows: int


class ExplanationOut(BaseModel):
    """The story of a connection and its last run."""

    connection: ConnectionOut
    last_run: RunOut | None
    refusals: list[RefusalOut]
    story: list[str]

    @classmethod
    def of(cls, told: Explanation) -> "ExplanationOut":
        """Show an explanation."""
        return cls(
            connection=ConnectionOut.of(told.connection, told.streams),
            last_run=RunOut.of(told.last_run) if told.last_run else None,
            refusals=[
                RefusalOut(stream=one.stream, column=one.column, reason=one.reason, rows=one.rows)
                for one in told.refusals
            ],
            story=told.story,
        )
