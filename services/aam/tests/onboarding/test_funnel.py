"""The funnel from what real attempts to reach real sources left behind."""

import contextlib
import socket
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import ConnectionExists, InvalidSettings, Obstacle
from aam.domain.mapping import FieldMapping, Mapping
from aam.domain.onboarding import Stage
from aam.entrypoints.api import AamApi
from aam.entrypoints.onboarding.api import OnboardingApi
from aam.usecases.onboarding.enter_catalogue import Entry
from aos_common.auth import Caller
from aos_common.errors import DomainError, InvalidRequest


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def database(host: str, port: int) -> dict[str, Any]:
    return {"host": host, "port": port, "database": "d", "user": "u", "password": "p"}


async def look(api: AamApi, caller: Caller, made: Connection) -> Connection:
    with contextlib.suppress(DomainError):  # time's trouble: the job is tried again
        await api.onboard(caller.tenant_id, made.id)
    return (await api.connection(caller, str(made.id)))[0]


@pytest.mark.parametrize(
    ("host", "obstacle"),
    [
        ("127.0.0.1", Obstacle.REFUSED),
        ("10.255.255.1", Obstacle.ADDRESS_NOT_ALLOWED),
        ("no-such-host.invalid", Obstacle.HOST_UNKNOWN),
    ],
)
@pytest.mark.parametrize("connector", ["postgres", "mongo", "salesforce", "files"])
async def test_source_when_it_cannot_be_connected_to_then_says_how_that_ended(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, connector: str, host: str, obstacle: Obstacle
) -> None:
    port = closed_port()
    scheme = "http" if host == "127.0.0.1" else "https"
    settings = {
        "postgres": database(host, port),
        "mongo": {"hosts": [f"{host}:{port}"], "database": "d", "tls": "disable"},
        "salesforce": {"login_url": f"{scheme}://{host}:{port}", "client_id": "c", "refresh_token": "r"},
        "files": {"path": f"{scheme}://{host}:{port}/a.csv"},
    }
    made = await onboarding.onboard(caller, Entry("x", connector, settings[connector]))
    looked = await look(api, caller, made)
    assert (looked.state, looked.obstacle) == (ConnectionState.FAILED, obstacle)
    assert (await onboarding.funnel(caller)).counts[Stage.NETWORK_BLOCKED] == 1


async def test_source_when_nobody_answers_in_time_then_it_is_a_timeout(
    api: AamApi, onboarding: OnboardingApi, caller: Caller
) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        try:
            assert api.reach("127.0.0.1", full.getsockname()[1]) is Obstacle.TIMEOUT
        finally:
            for one in waiting:
                one.close()


async def test_funnel_when_sources_fare_differently_then_every_number_has_its_connections(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, source_url: str, tmp_path: Path, mappings: Any
) -> None:
    mappings.known["a.csv"] = Mapping(1, "item", (FieldMapping("n", "n"),), ("id",))
    assert (await onboarding.funnel(caller)).coverage is None
    (tmp_path / "a.csv").write_text("id,n\n1,1\n")
    folder = {"path": str(tmp_path)}
    entries = [
        Entry("active", "files", folder, safe_mode=False),
        Entry("safe", "files", folder),
        Entry("rejected", "postgres", {"url": source_url.replace(":testing@", ":wrong@")}),
        Entry("blocked", "postgres", database("10.255.255.1", 5432)),
        Entry("broken", "files", {"path": str(tmp_path / "none")}),
        Entry("lacking", "salesforce"),
        Entry("exotic", "sap_hana", {"user": "u", "password": "hunter2"}),
        Entry("waiting", "files", folder),
    ]
    made = await onboarding.onboard_all(caller, entries)
    for one in made[:-1]:
        assert isinstance(one, Connection)
        await look(api, caller, one)
    found = await onboarding.funnel(caller)
    behind = {
        stage: {one.name for one in (await api.list_connections(caller, 50, "", stage.value))[0]} for stage in Stage
    }
    assert behind == {
        Stage.ELIGIBLE: {"active", "safe", "rejected", "blocked", "broken", "lacking", "waiting"},
        Stage.REACHABLE: {"active", "safe"},
        Stage.ACTIVE: {"active"},
        Stage.AWAITING_CREDENTIALS: {"rejected", "lacking"},
        Stage.NETWORK_BLOCKED: {"blocked"},
        Stage.UNSUPPORTED_TYPE: {"exotic"},
        Stage.HEALING: set(),
        Stage.ERROR: {"broken"},
        Stage.PENDING: {"waiting"},
    }
    assert found.counts == {stage: len(names) for stage, names in behind.items()}
    assert (found.coverage, found.met) == (1 / 7, False)
    other = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    assert set((await onboarding.funnel(other)).counts.values()) == {0}
    with pytest.raises(InvalidRequest, match="no stage"):
        await api.list_connections(caller, 50, "", "nonsense")
    (tmp_path / "a.csv").write_text("id,n,more\n1,1,1\n")
    run = await api.sync(caller, str(made[0].id), "")  # type: ignore[union-attr]  # seen above to be a connection
    await api.run_sync(caller.tenant_id, run.id)
    after = (await onboarding.funnel(caller)).counts
    assert (after[Stage.ACTIVE], after[Stage.HEALING], after[Stage.REACHABLE]) == (0, 1, 2)


async def test_entry_when_settings_are_missing_then_waits_for_them_by_name_until_reconnected(
    api: AamApi, onboarding: OnboardingApi, caller: Caller, source_url: str
) -> None:
    lacking = await onboarding.onboard(caller, Entry("org", "salesforce", {"auth": "jwt", "client_secret": "s3cret"}))
    assert (lacking.state, lacking.missing) == (
        ConnectionState.AWAITING_CREDENTIALS,
        ("client_id", "private_key", "username"),
    )
    made = await onboarding.onboard(caller, Entry("db", "postgres", {"host": "127.0.0.1", "password": "s3cret"}))
    assert made.missing == ("database", "user")
    stored = (await api.connection(caller, str(made.id)))[0]
    assert (stored.settings, stored.state) == ({"host": "127.0.0.1"}, ConnectionState.AWAITING_CREDENTIALS)
    await api.onboard(caller.tenant_id, made.id)
    assert (await api.connection(caller, str(made.id)))[0].state is ConnectionState.AWAITING_CREDENTIALS
    again = await api.reconnect(caller, str(made.id), {"url": source_url})
    assert (again.id, again.safe_mode) == (made.id, True)
    looked = await look(api, caller, made)
    assert (looked.missing, looked.obstacle) == ((), Obstacle.NONE)
    assert looked.state in (ConnectionState.SAFE_MODE, ConnectionState.FAILED)


async def test_entry_when_its_kind_is_not_installed_then_is_kept_with_its_settings_sealed(
    api: AamApi, onboarding: OnboardingApi, caller: Caller
) -> None:
    made = await onboarding.onboard(caller, Entry("erp", "sap_hana", {"user": "u", "password": "hunter2"}))
    stored, streams = await api.connection(caller, str(made.id))
    assert (stored.state, stored.settings, streams) == (ConnectionState.UNSUPPORTED_TYPE, {}, [])
    assert "no connector 'sap_hana'" in stored.error
    assert "hunter2" in (await api.connections.secret(caller.tenant_id, made.id))["catalogue_entry"]
    await api.delete(caller, str(made.id))


async def test_batch_when_some_entries_are_wrong_then_each_has_its_own_result(
    onboarding: OnboardingApi, caller: Caller
) -> None:
    entries = [
        Entry("a", "files", {"path": "/tmp"}),
        Entry("a", "files", {"path": "/tmp"}),
        Entry("b", "files", {"path": "/tmp", "nonsense": 1}),
        Entry("", "files", {"path": "/tmp"}),
    ]
    found = await onboarding.onboard_all(caller, entries)
    assert [type(one) for one in found] == [Connection, ConnectionExists, InvalidSettings, InvalidRequest]
    with pytest.raises(InvalidRequest, match="1 to 100"):
        await onboarding.onboard_all(caller, [entries[0]] * 101)
