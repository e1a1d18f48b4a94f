"""The one place where domain objects become protobuf messages."""

from datetime import datetime
from typing import Any

from autonomos.aam.v1 import connections_pb2 as pb
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from aam.domain.connection import Connection, ConnectionSummary, Stream
from aam.domain.quarantine import QuarantinedRow
from aam.domain.run import SyncRun
from aam.domain.steering import RunPlan
from aam.entrypoints.rest_models import ConnectionOut, QuarantinedOut, RunOut
from aam.ports import Connector


def moment(value: datetime | None) -> Timestamp | None:
    """A moment, or none."""
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def settings_of(message: Struct) -> dict[str, Any]:
    """Settings from a Struct, whose numbers are all doubles: whole ones become integers again."""
    return {name: _whole(value) for name, value in MessageToDict(message).items()}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def connector_message(connector: Connector) -> pb.Connector:
    """A connector."""
    schema = ParseDict(connector.settings_schema(), Struct())
    return pb.Connector(name=connector.name, title=connector.title, settings_schema=schema)


def connection_message(connection: Connection | ConnectionSummary, streams: list[Stream]) -> pb.Connection:
    """A connection with its streams."""
    shown = ConnectionOut.of(connection, streams)
    return pb.Connection(
        **shown.model_dump(exclude={"create_time", "pause_time", "next_time", "streams"}),
        create_time=moment(shown.create_time),
        pause_time=moment(shown.pause_time),
        next_time=moment(shown.next_time),
        streams=[pb.Stream(**stream.model_dump()) for stream in shown.streams],
    )


def plan_of(request: pb.StartSyncRequest) -> RunPlan:
    """What a run is asked to read; `from` is a word of Python's own."""
    return RunPlan(request.full_refresh, getattr(request.backfill, "from"), request.backfill.until, request.replay)


def run_message(run: SyncRun) -> pb.SyncRun:
    """A run with its streams."""
    shown = RunOut.of(run)
    streams = [pb.StreamRun(**stream.model_dump()) for stream in shown.streams]
    return pb.SyncRun(
        **shown.model_dump(exclude={"create_time", "end_time", "streams"}),
        streams=streams,
        create_time=moment(run.created_at),
        end_time=moment(run.ended_at),
    )


def quarantined_message(row: QuarantinedRow) -> pb.QuarantinedRow:
    """A quarantined row."""
    return pb.QuarantinedRow(**QuarantinedOut.of(row).model_dump())
