from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from autonomos.events.v1 import events_pb2
from dcl.adapters import ingestions
from dcl.adapters.ingestions import PostgresIngestions, PostgresLedger
from dcl.domain.errors import LakeBusy
from dcl.domain.ingestion import Batch, Completion


async def test_exclusive_when_another_worker_merges_for_long_then_the_next_comes_back_later(
    database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`LakeBusy` is a passing failure: waiting for a long merge never buries a batch."""
    monkeypatch.setattr(ingestions, "LOCK_WAIT", "SET LOCAL lock_timeout = '100ms'")
    port = PostgresIngestions(database, lambda: datetime.now(UTC))
    async with port.exclusive(tenant):
        with pytest.raises(LakeBusy):
            async with port.exclusive(tenant):
                pass
    async with port.exclusive(tenant):
        pass


async def test_exclusive_when_the_merge_takes_hours_then_postgresql_does_not_end_its_transaction(
    database: Database, tenant: UUID
) -> None:
    port = PostgresIngestions(database, lambda: datetime.now(UTC))
    async with port.exclusive(tenant) as ledger:
        assert isinstance(ledger, PostgresLedger)
        shown = sa.text("SHOW idle_in_transaction_session_timeout")
        assert (await ledger._connection.execute(shown)).scalar_one() == "0"


async def test_stream_when_it_is_applied_then_that_is_announced_once(database: Database, tenant: UUID) -> None:
    port = PostgresIngestions(database, lambda: datetime.now(UTC))
    done = Completion("run", "source", "account", ("b",), snapshot=True, snapshot_version=1)
    for _ in range(2):
        async with port.exclusive(tenant) as ledger:
            await ledger.add_batch(Batch("b", "run", "source", "account", "key"))
            await ledger.add_stream(done)
            for completion, _ in await ledger.applicable("run"):
                await ledger.mark_applied(completion)
    async with database.tenant_tx(tenant) as connection:
        [row] = (await connection.execute(sa.text("SELECT stream, type, payload FROM outbox"))).all()
    told = events_pb2.StreamApplied.FromString(row.payload)
    assert (row.stream, row.type, told.run_id, told.source) == ("dcl:applied", "dcl.stream.applied", "run", "source")


async def test_stream_when_it_is_a_dead_letter_then_that_is_announced(database: Database, tenant: UUID) -> None:
    async with database.tenant_tx(tenant) as connection:
        await ingestions.announce_refusal(connection, tenant, "run", "source", "no such entity")
        [row] = (await connection.execute(sa.text("SELECT stream, type, payload FROM outbox"))).all()
    told = events_pb2.StreamRefused.FromString(row.payload)
    assert (row.stream, row.type) == ("dcl:applied", "dcl.stream.refused")
    assert (told.run_id, told.source, told.reason) == ("run", "source", "no such entity")
