"""A connection to Salesforce from its first look to new credentials, through the whole mesh."""

from typing import Any
from uuid import uuid4

from aam.domain.connection import ConnectionState, StreamState
from aam.domain.mapping import FieldMapping, Mapping
from aam.domain.run import RunState
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from aos_local.salesforce.client import Emulator

START = "2024-01-01T00:00:00Z"


async def _sync(api: AamApi, caller: Caller, connection_id: str) -> Any:
    run = await api.sync(caller, connection_id, "")
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


async def test_connection_when_its_credentials_end_then_fails_until_reconnected_and_goes_on_where_it_was(
    emulator: Emulator, api: AamApi, mappings: Any
) -> None:
    caller = Caller(uuid4(), "ann", frozenset({"owner"}), "token")
    emulator.generate("Account", 500, start=START)
    emulator.load("Account", [{"Name": "in the recycle bin", "IsDeleted": True, "SystemModstamp": START}])
    fields = (FieldMapping("Id", "external_id"), FieldMapping("Name", "name"))
    mappings.known["Account"] = Mapping(1, "account", fields, ("Id",))
    settings = emulator.settings(objects=["Account"])
    made = await api.create(caller, "crm", "salesforce", settings, [], "")
    await api.onboard(caller.tenant_id, made.id)
    connection, streams = await api.connection(caller, str(made.id))
    assert connection.state is ConnectionState.ACTIVE, connection.error
    assert [(one.name, one.state) for one in streams] == [("Account", StreamState.READY)]
    first = await _sync(api, caller, str(made.id))
    assert (first.state, first.streams[0].rows_published) == (RunState.SUCCEEDED, 500), first.error
    assert (await _sync(api, caller, str(made.id))).streams[0].note == "unchanged since the last run"

    emulator.app(refresh_tokens=[])
    emulator.expire(sessions=True)
    failed = await _sync(api, caller, str(made.id))
    assert failed.state is RunState.FAILED
    connection, _ = await api.connection(caller, str(made.id))
    assert connection.state is ConnectionState.FAILED
    assert "Reconnect" in connection.error

    emulator.app(refresh_tokens=["5Aep-new"])
    emulator.load("Account", [{"Name": "new meanwhile"}])
    again = await api.reconnect(caller, str(made.id), {**settings, "refresh_token": "5Aep-new"})
    assert (again.id, again.state) == (made.id, ConnectionState.PENDING)
    await api.onboard(caller.tenant_id, made.id)
    last = await _sync(api, caller, str(made.id))
    assert (last.state, last.streams[0].rows_read) == (RunState.SUCCEEDED, 1)
