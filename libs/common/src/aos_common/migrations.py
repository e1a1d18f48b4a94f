"""What migrations share: the policies and grants every table carries, and the runner behind `migrate`."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from aos_common import jobs, outbox, streams
from aos_common.calls import idempotency
from aos_common.schema import REVISION
from aos_common.tls import postgres_tls

__all__ = ["create_idempotency_table", "create_transport_tables", "migrate", "protect", "run_online", "script"]

TENANT = "nullif(current_setting('aos.tenant_id', true), '')::uuid"


def script(sql: str) -> None:
    """Execute several statements, each ending in `;` at a line's end (the driver takes one at a time)."""
    for statement in filter(str.strip, sql.replace(";\n", ";\0").split("\0")):
        op.execute(statement)


def protect(service: str, tables: Iterable[str], *, transport: bool = False) -> None:
    """Put tables behind row-level security and grant the service's role DML on them.

    A `transport` table (outbox, jobs) is also open, across tenants, to `<svc>_platform`.
    """
    for table in tables:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY tenant ON "{table}" TO "{service}_app" '
            f"USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})"
        )
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO "{service}_app"')
        if transport:
            op.execute(f'CREATE POLICY platform ON "{table}" TO "{service}_platform" USING (true) WITH CHECK (true)')
            op.execute(f'GRANT SELECT, UPDATE, DELETE ON "{table}" TO "{service}_platform"')


def create_transport_tables(service: str) -> None:
    """Create outbox, inbox, dead letters and jobs in the service's schema."""
    metadata = sa.MetaData()
    crossing = [outbox.outbox_table(metadata), jobs.jobs_table(metadata)]
    inside = [streams.inbox_table(metadata), streams.dead_letters_table(metadata)]
    metadata.create_all(op.get_bind())
    protect(service, [table.name for table in crossing], transport=True)
    protect(service, [table.name for table in inside])


def create_idempotency_table(service: str) -> None:
    """Create the keys of repeatable requests; the platform role may delete old ones, and read nothing but their age."""
    metadata = sa.MetaData()
    table = idempotency.idempotency_table(metadata).name
    metadata.create_all(op.get_bind())
    protect(service, [table])
    op.execute(f'CREATE POLICY platform ON "{table}" FOR ALL TO "{service}_platform" USING (true) WITH CHECK (false)')
    op.execute(f'GRANT SELECT (started_at), DELETE ON "{table}" TO "{service}_platform"')


def migrate(url: str, schema: str, folder: Path) -> None:
    """Bring `schema` to the newest revision of the Alembic `folder`, as its owner; concurrent calls wait in turn."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes.update(url=url, schema=schema)
    command.upgrade(config, "head")


def run_online() -> None:
    """Run the revisions inside one transaction; what each service's `migrations/env.py` calls."""
    attributes = context.config.attributes
    schema = attributes["schema"]
    bare, tls = postgres_tls(attributes["url"])
    url = bare.replace("postgresql://", "postgresql+asyncpg://", 1)

    def upgrade(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f'SET LOCAL search_path = "{schema}"')
        # One lock per schema, so that two replicas that start together migrate once.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock(hashtext('{schema}'))")
        context.configure(connection=connection, version_table_schema=schema, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
        # Databases provisioned before gave the service's role rights in every new table, this one too.
        connection.exec_driver_sql(f'REVOKE ALL ON alembic_version FROM "{schema}_app"')
        # What new pods wait for, readable without a right to any table (see aos_common.schema).
        head = context.script.get_current_head()
        connection.exec_driver_sql(f"COMMENT ON SCHEMA \"{schema}\" IS '{REVISION}{head}'")

    async def online() -> None:
        engine = create_async_engine(url, connect_args={"ssl": tls}, hide_parameters=True)
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        await engine.dispose()

    asyncio.run(online())
