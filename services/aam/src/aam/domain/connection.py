"""Connections and their streams: states and what moves them."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from aos_common.errors import InvalidRequest

from aam.domain.errors import Obstacle
from aam.domain.mapping import Mapping
from aam.domain.schema import StreamSchema
from aam.domain.steering import Steering

MAX_NAME = 120
MAX_STREAMS = 10_000


class ConnectionState(StrEnum):
    """The life of a connection.

    `AWAITING_CREDENTIALS`: settings are missing. `UNSUPPORTED_TYPE`: nothing installed here reads such a source.
    `SAFE_MODE`: it was looked at, and waits for somebody to promote it.
    """

    AWAITING_CREDENTIALS = "AWAITING_CREDENTIALS"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    PENDING = "PENDING"
    SAFE_MODE = "SAFE_MODE"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"
    DRIFTED = "DRIFTED"
    HEALING = "HEALING"
    INACTIVE = "INACTIVE"


INCOMPLETE = (ConnectionState.AWAITING_CREDENTIALS, ConnectionState.UNSUPPORTED_TYPE)
"""States of connections whose source cannot be opened at all."""


class StreamState(StrEnum):
    """The life of a stream."""

    DISCOVERED = "discovered"
    NEEDS_MAPPING = "needs_mapping"
    READY = "ready"
    SCHEMA_CHANGED = "schema_changed"
    FAILED = "failed"


@dataclass(frozen=True)
class Connection:
    """A connection to one source. `settings` holds no secret; `location` says where it points, for people."""

    id: UUID
    name: str
    connector: str
    settings: Map[str, Any]
    state: ConnectionState
    created_at: datetime
    location: str = ""
    error: str = ""
    streams: tuple[str, ...] = ()
    """Streams chosen by the owner; empty means all."""
    request_id: str = ""
    safe_mode: bool = False
    """Until somebody promotes it, few rows are read and nothing is announced."""
    missing: tuple[str, ...] = ()
    """Settings that it still needs."""
    obstacle: Obstacle = Obstacle.NONE
    """What stood in the way of the last look at its source."""
    fresh_within_minutes: int | None = None
    steering: Steering = field(default_factory=Steering)
    warnings: tuple[str, ...] = ()
    """What its owner should look at; not stored, but found when it is shown."""


class ConnectionSummary(NamedTuple):
    """A connection as lists show it: without its settings, which can be long."""

    id: UUID
    name: str
    connector: str
    state: ConnectionState
    created_at: datetime
    location: str
    error: str
    safe_mode: bool = False
    missing: tuple[str, ...] = ()
    obstacle: Obstacle = Obstacle.NONE
    paused_by: str = ""
    paused_at: datetime | None = None
    next_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    """What its owner should look at; not stored, but found when it is shown."""


@dataclass(frozen=True)
class Stream:
    """A readable thing of a connection with its baseline shape, its mapping and its saved cursor.

    `cursor` is the connector's own small JSON value; `version` counts the contents published so far; the mapping
    version that published them is `published_mapping`.
    """

    connection_id: UUID
    name: str
    state: StreamState
    schema: StreamSchema | None = None
    fingerprint: str = ""
    mapping: Mapping | None = None
    cursor: Map[str, Any] = field(default_factory=dict)
    version: int = 0
    published_mapping: int = 0
    error: str = ""


def state_after(streams: list[Stream]) -> ConnectionState:
    """The state of a connection that could be reached, from the states of its streams."""
    states = {stream.state for stream in streams}
    if StreamState.SCHEMA_CHANGED in states:
        return ConnectionState.DRIFTED
    if states == {StreamState.FAILED}:
        return ConnectionState.FAILED
    return ConnectionState.ACTIVE


def connection_name(name: str) -> str:
    """The name as it is kept; raises `InvalidRequest`."""
    if not 1 <= len(name.strip()) <= MAX_NAME or "\x00" in name:
        raise InvalidRequest(f"A name has 1 to {MAX_NAME} characters.", hint="Choose a name that people recognise.")
    return name.strip()


def chosen_streams(streams: Sequence[str]) -> tuple[str, ...]:
    """Each chosen stream once; raises `InvalidRequest`."""
    if len(streams) > MAX_STREAMS:
        raise InvalidRequest(f"At most {MAX_STREAMS} streams can be chosen.", hint="Leave the list empty for all.")
    return tuple(dict.fromkeys(streams))
