"""`aos connections` and `aos quarantine`."""

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, by_name, console, say, show, signed_in, table_of, typed, wait_for
from aos.client import Client
from aos.errors import AosError

connections = typer.Typer(help="Connections to sources.", no_args_is_help=True)
quarantine = typer.Typer(help="Rows that did not fit.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name or id of a connection.")]
Settings = Annotated[
    list[str],
    typer.Option(
        "--set",
        help="key=value; repeat it. Lists and objects as JSON; key=@FILE reads a secret from a file, @- from here.",
    ),
]
TABLE_ROWS, SETTLED_SECONDS = 50, 60.0
ENDED = ("succeeded", "failed", "cancelled", "paused")
BACKFILL = "Read again what lies in FROM..UNTIL, e.g. 2026-03-01T00:00:00Z..2026-04-01T00:00:00Z, or 1..500."


def find(client: Client, name: str) -> Any:
    """Return the connection of this name or id, with its streams."""
    return client.connections.get(by_name(client.connections.list(), name, "connection")["id"])


def find_settled(client: Client, name: str) -> Any:
    """Return the same, waiting a while for one whose source is still being looked at."""
    found, until = find(client, name), time.monotonic() + SETTLED_SECONDS
    return wait_for(
        lambda: client.connections.get(found["id"]),
        lambda found: found["state"] != "PENDING" or time.monotonic() > until,
        lambda found: f"{found['name']}: its source is being looked at",
    )


@connections.command()
def connectors(
    name: Annotated[str, typer.Argument(help="A connector, whose settings are explained.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the kinds of sources this platform can read, or explain the settings of one."""
    with signed_in() as client:
        found = client.connections.connectors()
        if name:
            chosen = by_name(found, name, "connector")
            show(chosen, as_json, lambda: _settings_table(chosen))
            return
    rows = [(c["name"], c["title"], ", ".join(c["settings_schema"].get("properties", {}))) for c in found]
    show(found, as_json, lambda: table_of(("name", "title", "settings"), rows))


def _settings_table(connector: Any) -> Table:
    schema = connector["settings_schema"]
    rows = [
        (key, _must(key, one, schema.get("required", [])), one.get("default"), one.get("description", ""))
        for key, one in schema.get("properties", {}).items()
    ]
    return table_of(("setting", "", "default", "meaning"), rows)


def _must(key: str, one: Any, required: list[str]) -> str:
    return ", ".join(filter(None, ["required" if key in required else "", "secret" if one.get("writeOnly") else ""]))


@connections.command()
def create(
    connector: Annotated[str, typer.Argument(help="Name of a connector, e.g. postgres.")],
    name: Annotated[str, typer.Option(help="A name for the connection.")],
    setting: Settings,
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; repeat it.")] = None,
) -> None:
    """Create a connection; it is checked and its streams are discovered in the background."""
    settings = settings_of(setting)
    with signed_in() as client:
        made = client.connections.create(name, connector, settings, stream or [])
    say(f"{told(made)} Watch it: aos connections show {typed(made['name'])}")


@connections.command()
def reconnect(name: Name, setting: Settings) -> None:
    """Give a connection new settings and credentials, all of them; its streams, mappings and cursors stay."""
    settings = settings_of(setting)
    with signed_in() as client:
        made = client.connections.reconnect(find(client, name)["id"], settings)
    say(f"{told(made)} Watch it: aos connections show {typed(made['name'])}")


@connections.command()
def discover(name: Name) -> None:
    """Look at a connection's source again, and accept the present shape of its streams."""
    with signed_in() as client:
        made = client.connections.discover(find(client, name)["id"])
    say(f"{told(made)} Watch it: aos connections show {typed(made['name'])}")


def told(connection: Any) -> str:
    """Return a sentence on a connection's state, and on what keeps it there."""
    return f"{connection['name']} is {connection['state']}{_steered(connection)}. {connection['error']}".rstrip()


def settings_of(pairs: list[str]) -> dict[str, Any]:
    """Return the settings that `--set` gave."""
    split = [pair.partition("=") for pair in pairs]
    if not all(sign for _, sign, _ in split):
        raise typer.BadParameter("It takes key=value, e.g. path=/data/exports.", param_hint="--set")
    return {key: _from_file(text[1:]) if text.startswith("@") else _value(text) for key, _, text in split}


def _from_file(path: str) -> str:
    """Return a file's text: a secret on the command line would stay in the shell's history."""
    try:
        return (sys.stdin.read() if path == "-" else Path(path).expanduser().read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is no text"
        raise typer.BadParameter(f"{path} cannot be read: {said}.", param_hint="--set") from None


def _value(text: str) -> Any:
    # A password of digits is a text: the connector turns into numbers what it wants as numbers.
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


@connections.command("list")
def list_connections(as_json: AsJson = False) -> None:
    """List connections, newest first."""
    with signed_in() as client:
        found = list(client.connections.list())
    rows = [(c["name"], c["connector"], c["state"], c["location"], c["error"]) for c in found]
    nothing = "There is no connection yet. Begin with: aos discover FOLDER, or aos connections onboard --help"
    show(found, as_json, lambda: table_of(("name", "connector", "state", "location", "problem"), rows), nothing)


@connections.command("show")
def show_connection(name: Name, as_json: AsJson = False) -> None:
    """Show a connection and the state of its streams."""
    with signed_in() as client:
        found = find(client, name)
    rows = [(s["name"], s["state"], s["entity"], s["mapping_version"] or "", s["error"]) for s in found["streams"]]
    if not as_json:
        say(told(found))
    if rows or as_json:
        show(found, as_json, lambda: table_of(("stream", "state", "entity", "mapping", "problem"), rows))
    if not as_json and found["state"] == "SAFE_MODE":
        say(f"See what it would bring: aos connections preview {typed(found['name'])}")


def _steered(found: Any) -> str:
    paused = f", paused by {found['paused_by']}" if found.get("paused_by") else ""
    return f"{paused}, next run {found['next_time']}" if found.get("next_time") else paused


@connections.command()
def sync(
    name: Name,
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; repeat it.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Read all, not only what is new.")] = False,
    backfill: Annotated[str, typer.Option(help=BACKFILL)] = "",
    replay: Annotated[bool, typer.Option("--replay", help="Read what has landed again, not the source.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sync a connection now, wait for the end, and show what became of every row."""
    span = _span(backfill) if backfill else None
    with signed_in() as client:
        found = find_settled(client, name)
        asked = client.connections.sync(
            found["id"], stream or [], full_refresh=full_refresh, backfill=span, replay=replay
        )
        run = wait_for(
            lambda: client.connections.sync_run(asked["id"]), lambda found: found["state"] in ENDED, _progress
        )
        show(run, as_json, lambda: _streams(run))
        if run["state"] == "paused":
            hint = f"It goes on after: aos connections resume {typed(found['name'])}"
            raise AosError("PAUSED", "The connection was paused, and its run stopped where it stood.", hint=hint)
        if run["state"] != "succeeded":
            hint = f"What the connection waits for: aos connections explain {typed(found['name'])}"
            raise AosError("SYNC_FAILED", run["error"] or f"The sync was {run['state']}.", hint=hint)


def _span(text: str) -> tuple[str, str]:
    since, dots, until = text.partition("..")
    if not (since and dots and until):
        raise typer.BadParameter(
            "It takes FROM..UNTIL, e.g. 2026-03-01T00:00:00Z..2026-04-01T00:00:00Z or 1..500.", param_hint="--backfill"
        )
    return since, until


def _progress(run: Any) -> str:
    read = sum(int(stream["rows_read"]) for stream in run["streams"])
    ended = sum(stream["state"] not in ("pending", "running") for stream in run["streams"])
    return f"{run['state']}: {ended} of {len(run['streams'])} streams, {read:,} rows read"


def _streams(run: Any) -> Table:
    rows = [
        (s["stream"], s["state"], s["rows_read"], s["rows_published"], s["rows_quarantined"], s["error"] or s["note"])
        for s in run["streams"]
    ]
    return table_of(("stream", "state", "read", "published", "quarantined", "note"), rows)


@connections.command()
def explain(name: Name) -> None:
    """Tell the story of a connection: its state, its last run, and what waits for somebody."""
    with signed_in() as client:
        found = find(client, name)
        say(told(found))
        for run in client.connections.sync_runs(found["id"]):
            say(f"Last run: {run['state']}. {run['error']}".rstrip())
            console.print(_streams(run))
            break
        else:
            verb = {"SAFE_MODE": "preview", "FAILED": "reconnect"}.get(found["state"], "sync")
            say(f"It has never run. Next: aos connections {verb} {typed(found['name'])}")
        total = client.connections.quarantine_total(found["id"])
        if total:
            say(f"{total} rows are in quarantine: aos quarantine list {typed(found['name'])}")
        waiting = list(client.proposals.list("pending", found["id"]))
        for proposal in waiting:
            say(f"{proposal['stream']} waits for a mapping: aos mappings show {proposal['id']}")


@connections.command()
def delete(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a connection, its landing files and its quarantine."""
    with signed_in() as client:
        found = find(client, name)
        if not yes:
            typer.confirm(f"Delete {found['name']} and everything that was landed from it?", abort=True)
        client.connections.delete(found["id"])
    say("Deleted.")


@quarantine.command("list")
def list_quarantine(
    name: Name,
    stream: Annotated[str, typer.Option(help="Only of this stream.")] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Rows at most; default 50 in the table, all as JSON.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List a connection's quarantined rows: file, row, column, value and reason."""
    most = limit if limit is not None or as_json else TABLE_ROWS
    with signed_in() as client:
        wanted = find(client, name)["id"]
        found = list(itertools.islice(client.connections.quarantine(wanted, stream), most))
        total = client.connections.quarantine_total(wanted, stream)
    rows = [(q["file"], q["row"], q["column"], q["value"], q["reason"]) for q in found]
    nothing = "No row is in quarantine."
    show(found, as_json, lambda: table_of(("file", "row", "column", "value", "reason"), rows), nothing)
    if not as_json and total > len(found):
        say(f"{len(found):,} of {total:,} rows; --limit shows more, --json all of them.")
