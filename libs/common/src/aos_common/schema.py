"""Waiting for the schema that this release's code needs: what a pod does before its service starts."""

import asyncio
import time
from pathlib import Path

import asyncpg
import sqlalchemy as sa
import structlog
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from aos_common.errors import DomainError, Kind
from aos_common.tls import postgres_tls

__all__ = ["REVISION", "SchemaBehind", "wait_for_schema"]

REVISION = "revision "
"""How the comment on a schema begins; the rest is its revision. The table of revisions is its owner's alone."""
_SECONDS_BETWEEN = 2.0
_COMMENT = sa.text("SELECT obj_description(to_regnamespace(:schema), 'pg_namespace')")

log = structlog.get_logger()


class SchemaBehind(DomainError):
    """The schema has not reached the revision that the code needs."""

    reason = "SCHEMA_BEHIND"
    kind = Kind.PRECONDITION


def wait_for_schema(url: str, schema: str, folder: Path, seconds: float) -> None:
    """Return once `schema` is at the newest revision of `folder` or beyond it; raises SchemaBehind after `seconds`.

    Beyond it is good: a newer release's schema serves this one too (expand, then contract).
    """
    needed = ScriptDirectory.from_config(_config(folder)).get_current_head() or ""
    asyncio.run(_wait(url, schema, needed, seconds))


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


async def _wait(url: str, schema: str, needed: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        found = await _revision(url, schema)
        if found >= needed:  # revisions are numbers of four digits, in order
            return
        if time.monotonic() > until:
            raise SchemaBehind(
                f"The schema {schema} is at revision {found or 'none'}, and this release needs {needed}.",
                hint=f"See why its migration has not ended: the logs of `python -m {schema} migrate`.",
            )
        log.info("schema.behind", schema=schema, found=found, needed=needed)
        await asyncio.sleep(_SECONDS_BETWEEN)


async def _revision(url: str, schema: str) -> str:
    """Return the revision, empty while there is none or the server cannot be asked."""
    bare, tls = postgres_tls(url)
    # Each look is a connection of its own, and names no statement: it may come through a pooler.
    address = bare.replace("postgresql://", "postgresql+asyncpg://", 1).partition("?")[0]
    engine = create_async_engine(
        address,
        connect_args={"ssl": tls, "timeout": 5, "statement_cache_size": 0, "prepared_statement_name_func": str},
        hide_parameters=True,
    )
    try:
        async with engine.connect() as connection:
            comment = (await connection.execute(_COMMENT, {"schema": schema})).scalar() or ""
    except (OSError, TimeoutError, sa.exc.DBAPIError, asyncpg.PostgresError) as error:
        log.info("schema.unreachable", schema=schema, error=type(error).__name__)
        return ""
    finally:
        await engine.dispose()
    return comment.removeprefix(REVISION) if comment.startswith(REVISION) else ""
