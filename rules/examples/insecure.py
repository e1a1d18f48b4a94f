import ssl

import httpx
import sqlalchemy as sa
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

RETENTION_HOURS = 24


def tls() -> None:
    # ruleid: unverified-tls
    httpx.AsyncClient(verify=False)
    context = ssl.create_default_context()
    # ruleid: unverified-tls
    context.check_hostname = False
    # ruleid: unverified-tls
    context.verify_mode = ssl.CERT_NONE
    # ok: unverified-tls
    httpx.AsyncClient(verify=context)
    # ok: unverified-tls
    context.verify_mode = ssl.CERT_REQUIRED


async def statements(tx: AsyncConnection, name: str) -> None:
    # ruleid: built-sql
    await tx.execute(sa.text(f"SELECT * FROM users WHERE name = '{name}'"))
    # ruleid: built-sql
    await tx.exec_driver_sql(f"SELECT * FROM {name}")
    # ruleid: built-sql
    await tx.execute(sa.text("SELECT * FROM users WHERE name = " + name))
    # ruleid: built-sql
    await tx.execute(sa.text("SELECT * FROM users WHERE name = '%s'" % name))
    # ok: built-sql
    await tx.execute(sa.text("SELECT * FROM users WHERE name = :name"), {"name": name})
    # ok: built-sql
    await tx.execute(sa.text(f"DELETE FROM outbox WHERE published_at < now() - interval '{RETENTION_HOURS} hours'"))


async def keys(redis: Redis, service: str) -> None:
    # ruleid: key-without-prefix
    await redis.set("attempts", 1)
    # ruleid: key-without-prefix
    await redis.xadd(f"events:{service}", {"a": "b"})
    # ok: key-without-prefix
    await redis.set("identity:attempts", 1)
    # ok: key-without-prefix
    await redis.xadd(f"{service}:events", {"a": "b"})
