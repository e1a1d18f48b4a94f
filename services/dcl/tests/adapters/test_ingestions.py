from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from dcl.adapters import ingestions
from dcl.adapters.ingestions import PostgresIngestions, PostgresLedger
from dcl.domain.errors import LakeBusy


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
