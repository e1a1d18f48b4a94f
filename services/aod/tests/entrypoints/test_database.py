"""A database's way from a URL to a connection: its password is sealed, never shown, and gone after the decision."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from aod.adapters.findings import PostgresFindings
from aos_common.db import Database
from aos_common.secrets import LocalKeys, SecretBox, SecretUnreadable
from google.protobuf.json_format import MessageToDict

PASSWORD = "s3cret-%C3%A9"
WITH_SECRETS = "SELECT encode(secret, 'escape') FROM scans UNION ALL SELECT encode(secret, 'escape') FROM findings"


@pytest.fixture
async def shop(source_url: str) -> str:
    """The URL of a database with one table, and a reader of it."""
    name = f"shop_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(source_url)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.execute(f"CREATE ROLE {name}_reader LOGIN PASSWORD 's3cret-é'")
    await admin.close()
    base = source_url.rpartition("/")[0]
    owner = await asyncpg.connect(f"{base}/{name}")
    await owner.execute("CREATE TABLE orders (id int PRIMARY KEY, amount numeric); INSERT INTO orders VALUES (1, 2.5)")
    await owner.execute(f"GRANT SELECT ON orders TO {name}_reader")
    await owner.close()
    return f"postgresql://{name}_reader:{PASSWORD}@{base.partition('@')[2]}/{name}"


async def _stored(database: Database, tenant: UUID) -> list[str]:
    async with database.tenant_tx(tenant) as tx:
        return [value for (value,) in await tx.execute(sa.text(WITH_SECRETS)) if value is not None]


async def test_database_when_approved_then_the_mesh_alone_gets_the_password(
    sign_in: Any, mesh: Any, database: Database, shop: str
) -> None:
    tenant = uuid4()
    user = sign_in(tenant)
    scan = await user.scan(shop)
    finding = (await user.call("GET", f"/findings/{scan['finding_id']}")).json()
    assert (finding["kind"], finding["name"]) == ("postgres", shop.rpartition("/")[2])
    assert [(d["name"], d["rows"]) for d in finding["data_sets"]] == [("public.orders", 1)]
    [sealed] = await _stored(database, tenant)
    assert "s3cret" not in sealed
    approved = (await user.call("POST", f"/findings/{finding['id']}/approve")).json()
    [asked] = mesh[0].asked
    assert (asked.connector, list(asked.streams)) == ("postgres", ["public.orders"])
    assert MessageToDict(asked.settings) == {"url": shop}
    assert mesh[0].tenants == [tenant]
    assert await _stored(database, tenant) == []
    assert "s3cret" not in str([scan, finding, approved, (await user.call("GET", "/scans")).text])


async def test_database_when_rejected_or_scanned_again_then_no_password_is_kept(
    sign_in: Any, database: Database, shop: str
) -> None:
    tenant = uuid4()
    user = sign_in(tenant)
    finding = await user.finding(shop)
    await user.call("POST", f"/findings/{finding['id']}/reject")
    assert (await user.finding(shop))["state"] == "rejected"
    assert await _stored(database, tenant) == []


async def test_database_when_the_password_is_wrong_then_the_scan_fails_without_it(
    sign_in: Any, database: Database, shop: str
) -> None:
    tenant = uuid4()
    scan = await sign_in(tenant).scan(shop.replace("s3cret", "wr0ng"))
    assert scan["state"] == "failed"
    assert "password" in scan["error"]
    assert "wr0ng" not in str(scan)
    assert await _stored(database, tenant) == []


async def test_secret_when_moved_to_another_finding_then_it_does_not_open(
    sign_in: Any, database: Database, shop: str
) -> None:
    tenant = uuid4()
    user = sign_in(tenant)
    finding = await user.finding(shop)
    async with database.tenant_tx(tenant) as tx:
        await tx.execute(sa.text("UPDATE findings SET id = :id"), {"id": (moved := uuid4())})
    with pytest.raises(SecretUnreadable):
        await PostgresFindings(database, SecretBox(LocalKeys([b"k" * 32]))).url(tenant, moved)
    assert moved != finding["id"]
