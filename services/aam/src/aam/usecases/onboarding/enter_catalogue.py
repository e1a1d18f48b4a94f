"""Take a catalogue entry: a source that somebody wants connected, with or without its credentials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from aam.domain.connection import Connection, ConnectionState, chosen_streams, connection_name
from aam.domain.errors import InvalidSettings, UnknownConnector
from aam.ports import Clock, Connections, Connector, Connectors, Json

MAX_CONNECTOR = 60
UNREAD = "catalogue_entry"
"""Where the settings of a source that nothing reads are kept: sealed, for nobody can tell which of them are secret."""


@dataclass(frozen=True)
class Entry:
    """What is known of a source. The same `request_id` gives the same connection."""

    name: str
    connector: str
    settings: Json = field(default_factory=dict)
    streams: Sequence[str] = ()
    safe_mode: bool = True
    request_id: str = ""


async def enter_catalogue(
    tenant_id: UUID, entry: Entry, *, connectors: Connectors, connections: Connections, clock: Clock
) -> Connection:
    """Store a connection: PENDING, AWAITING_CREDENTIALS with the names of what is missing, or UNSUPPORTED_TYPE.

    Raises `InvalidSettings` for settings that are wrong rather than missing, `ConnectionExists`.
    """
    if not 1 <= len(entry.connector) <= MAX_CONNECTOR or "\x00" in entry.connector:
        raise InvalidRequest("A connector's name has 1 to 60 characters.", hint="List the connectors.")
    connection = Connection(
        id=new_id(),
        name=connection_name(entry.name),
        connector=entry.connector,
        settings={},
        state=ConnectionState.PENDING,
        created_at=clock(),
        streams=chosen_streams(entry.streams),
        request_id=entry.request_id,
        safe_mode=entry.safe_mode,
    )
    made, secret = _settled(connection, entry.settings, connectors)
    return await connections.add(tenant_id, made, secret)


def _settled(connection: Connection, settings: Json, connectors: Connectors) -> tuple[Connection, dict[str, str]]:
    """The connection in the state that its settings allow, and its secrets."""
    values: dict[str, Any] = dict(vars(connection))
    try:
        connector = connectors.get(connection.connector)
    except UnknownConnector as unknown:
        kept = {UNREAD: _text(settings)}
        return Connection(**values | {"state": ConnectionState.UNSUPPORTED_TYPE, "error": str(unknown)}), kept
    try:
        public, secret = connector.split(settings)
    except InvalidSettings as error:
        if not error.missing:
            raise
        public, secret = _apart(connector, settings)
        told = f"Needs {', '.join(error.missing)}. Reconnect with all settings: aos connections reconnect"
        waiting = {"state": ConnectionState.AWAITING_CREDENTIALS, "missing": error.missing, "error": told}
        return Connection(**values | waiting | {"settings": public}), secret
    location = connector.open(public, secret).location
    return Connection(**values | {"settings": public, "location": location}), secret


def _apart(connector: Connector, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
    """Incomplete settings, those that the schema marks as secret apart."""
    known: Mapping[str, Any] = connector.settings_schema()["properties"]
    secret = {name for name, one in known.items() if one.get("writeOnly")}
    public = {name: value for name, value in settings.items() if name not in secret}
    return public, {name: _text(value) for name, value in settings.items() if name in secret}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
