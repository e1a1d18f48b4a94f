"""The command line every service has: `python -m <svc> serve consume work` in any combination, and `migrate`."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from aos_common.migrations import migrate
from aos_common.runner import Service, run
from aos_common.settings import ServiceSettings
from aos_common.telemetry import configure

__all__ = ["ROLES", "migrations_folder", "run_roles"]

S = TypeVar("S", bound=ServiceSettings)
ROLES = ("serve", "consume", "work")


def migrations_folder(package_file: str) -> Path:
    """Return a service's migrations: inside the installed package, or beside `src` in a checkout."""
    package = Path(package_file).resolve().parent
    inside = package / "migrations"
    return inside if inside.exists() else package.parents[1] / "migrations"


def run_roles(
    service: str,
    settings_type: type[S],
    build: Callable[[S, frozenset[str]], Awaitable[Service]],
    migrations: Path,
    argv: Sequence[str],
) -> int:
    """Parse `argv` and run the roles it names, or migrate; return the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {service}")
    parser.add_argument("roles", nargs="+", choices=[*ROLES, "migrate"], help="what this process does")
    roles = frozenset(parser.parse_args(argv).roles)
    settings = settings_type()  # from the environment; a missing variable is named in the error
    configure(service, settings)
    if "migrate" in roles:
        if settings.owner_database_url is None:
            parser.error("migrate needs AOS_OWNER_DATABASE_URL, the URL of the schema's owner")
        migrate(settings.owner_database_url.get_secret_value(), service, migrations)
        roles -= {"migrate"}
    if roles:
        asyncio.run(_run(build, settings, roles))
    return 0


async def _run(build: Callable[[S, frozenset[str]], Awaitable[Service]], settings: S, roles: frozenset[str]) -> None:
    await run(await build(settings, roles), settings)
