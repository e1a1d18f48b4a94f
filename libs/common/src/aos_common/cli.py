"""The command line every service has: `python -m <svc> serve consume work` in any combination, `migrate`, `wait`, …"""

import argparse
import gc
import importlib
import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["COMMANDS", "ROLES", "main", "migrations_folder"]

ROLES = ("serve", "consume", "work")
COMMANDS = (*ROLES, "migrate", "wait", "rewrap")
"""The words that every service knows."""
PATIENCE = 600.0
"""Seconds that `wait` waits for the schema: migrations of a large installation take minutes."""


def migrations_folder(service: str) -> Path:
    """Return a service's migrations: inside the installed package, or beside `src` in a checkout."""
    package_file = importlib.import_module(service).__file__
    assert package_file is not None
    package = Path(package_file).resolve().parent
    inside = package / "migrations"
    return inside if inside.exists() else package.parents[1] / "migrations"


def main(service: str, argv: Sequence[str]) -> int:
    """Parse `argv` and run the roles it names, or migrate; return the exit status.

    `<svc>.settings.Settings` and `<svc>.app.build` are loaded only for roles, so that `migrate` starts quickly and
    needs the owner's URL alone.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {service}")
    parser.add_argument("roles", nargs="+", choices=COMMANDS, help="what this process does")
    roles = frozenset(parser.parse_args(argv).roles)
    if "migrate" in roles:
        _migrate(service, parser)
        roles -= {"migrate"}
    if "wait" in roles:
        _wait(service, parser)
        roles -= {"wait"}
    if "rewrap" in roles:
        _rewrap(service, parser)
        roles -= {"rewrap"}
    if roles:
        _serve(service, roles)
    return 0


def _owner_url(command: str, parser: argparse.ArgumentParser) -> str:
    owner_url = os.environ.get("AOS_OWNER_DATABASE_URL")
    if not owner_url:
        parser.error(f"{command} needs AOS_OWNER_DATABASE_URL, the URL of the schema's owner")
    return owner_url


def _migrate(service: str, parser: argparse.ArgumentParser) -> None:
    owner_url = _owner_url("migrate", parser)
    gc.disable()  # as below
    migrations = importlib.import_module("aos_common.migrations")
    migrations.migrate(owner_url, service, migrations_folder(service))


def _wait(service: str, parser: argparse.ArgumentParser) -> None:
    url = os.environ.get("AOS_DATABASE_URL")
    if not url:
        parser.error("wait needs AOS_DATABASE_URL, the URL of the service's own role")
    schema = importlib.import_module("aos_common.schema")
    try:
        schema.wait_for_schema(url, service, migrations_folder(service), PATIENCE)
    except schema.SchemaBehind as behind:
        raise SystemExit(f"{behind.message} {behind.hint}") from None


def _rewrap(service: str, parser: argparse.ArgumentParser) -> None:
    owner_url = _owner_url("rewrap", parser)
    sealed = getattr(importlib.import_module(f"{service}.adapters.tables"), "SEALED", ())
    if not sealed:
        parser.error(f"{service} keeps no sealed credentials")
    settings = importlib.import_module(f"{service}.settings").Settings()
    counts = importlib.import_module("aos_common.secrets.rewrap").run(service, settings, owner_url, sealed)
    print(f"{counts.seen} secrets, {counts.changed} put under the newest key, {counts.unreadable} opened by no key")


def _serve(service: str, roles: frozenset[str]) -> None:
    gc.disable()  # almost nothing of a start is garbage, and looking for it took a fifth of the time; `run` enables it
    settings = importlib.import_module(f"{service}.settings").Settings()
    importlib.import_module("aos_common.telemetry").configure(service, settings)
    build = importlib.import_module(f"{service}.app").build
    importlib.import_module("aos_common.runner").run_service(build, settings, roles)
