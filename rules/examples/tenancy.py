from uuid import UUID

import asyncpg
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.http import CurrentCaller
from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

router = APIRouter()


async def settings(connection: AsyncConnection, tenant_id: UUID) -> None:
    # ruleid: session-setting
    await connection.execute(sa.text("SET statement_timeout = '5s'"))
    # ruleid: session-setting
    await connection.execute(sa.text(f"BEGIN; SET aos.tenant_id = '{tenant_id}'"))
    # ruleid: session-setting
    await connection.exec_driver_sql("SET ROLE aam_platform")
    # ruleid: session-setting
    await connection.execute(sa.text("SELECT set_config('aos.tenant_id', :tenant, false)"))
    # ok: session-setting
    await connection.execute(sa.text("SET LOCAL statement_timeout = '5s'"))
    # ok: session-setting
    await connection.execute(sa.text("SELECT set_config('aos.tenant_id', :tenant, true)"))
    # ok: session-setting
    await connection.execute(sa.text("UPDATE jobs SET state = 'done'"))


async def connections(database: Database, url: str) -> None:
    # ruleid: connection-of-its-own
    create_async_engine(url)
    # ruleid: connection-of-its-own
    await asyncpg.connect(url)
    # ruleid: connection-of-its-own
    engine = database._engine
    # ok: connection-of-its-own
    Database(url, "aam")


async def queries(database: Database, pool: asyncpg.Pool, tenant_id: UUID) -> None:
    # ruleid: query-outside-transaction
    await pool.fetch("SELECT 1")
    async with pool.acquire() as other:
        # ruleid: query-outside-transaction
        await other.execute("SELECT 1")
    async with database.tenant_tx(tenant_id) as tx:
        # ok: query-outside-transaction
        await tx.execute(sa.text("SELECT 1"))
        # ruleid: query-outside-transaction
        await pool.execute(sa.text("SELECT 1"))
    # ruleid: query-outside-transaction
    await tx.execute(sa.text("SELECT 1"))
    async with database.platform_tx() as tx:
        # ok: query-outside-transaction
        await tx.execute(sa.text("SELECT 1"))


async def handed_on(tx: AsyncConnection, name: str) -> None:
    # ok: query-outside-transaction
    await tx.execute(sa.text("SELECT 1"))


# ruleid: tenant-from-request
@router.get("/things")
async def named_by_the_caller(tenant_id: UUID) -> None: ...


@router.get("/others")
async def by_header(request: Request) -> str:
    # ruleid: tenant-from-request
    tenant = request.headers["x-tenant-id"]
    # ruleid: tenant-from-request
    roles = request.headers.get("X-Roles", "")
    # ruleid: tenant-from-request
    other = request.query_params.get("tenant")
    # ok: tenant-from-request
    agent = request.headers.get("user-agent", "")
    return tenant + roles + other + agent


# ok: tenant-from-request
@router.get("/mine")
async def by_token(caller: CurrentCaller) -> UUID:
    # ok: tenant-from-request
    return caller.tenant_id
