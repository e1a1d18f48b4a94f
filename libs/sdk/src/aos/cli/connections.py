"""`aos connections` and `aos quarantine`."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, by_name, console, show, signed_in, table_of, wait_for
from aos.client import Client
from aos.errors import AosError

connections = typer.Typer(help="Connections to sources.", no_args_is_help=True)
quarantine = typer.Typer(help="Rows that did not fit.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name or id of a connection.")]
ENDED = ("succeeded", "failed", "cancelled")


def _find(client: Client, name: str) -> Any:
    return client.connections.get(by_name(client.connections.list(), name, "connection")["id"])


@connections.command()
def connectors(as_json: AsJson = False) -> None:
    """List the kinds of sources this platform can read."""
    with signed_in() as client:
        found = client.connections.connectors()
    show(found, as_json, lambda: table_of(("name", "title"), [(c["name"], c["title"]) for c in found]))


@connections.command()
def create(
    connector: Annotated[str, typer.Argument(help="Name of a connector, e.g. postgres.")],
    name: Annotated[str, typer.Option(help="A name for the connection.")],
    setting: Annotated[list[str], typer.Option("--set", help="key=value; repeat it. Values may be JSON.")],
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; repeat it.")] = None,
) -> None:
    """Create a connection; it is checked and its streams are discovered in the background."""
    pairs = [item.partition("=") for item in setting]
    with signed_in() as client:
        settings = {key: _value(text) for key, _, text in pairs}
        made = client.connections.create(name, connector, settings, stream or [])
    console.print(f"{made['name']} is {made['state']}. Watch it: aos connections show {made['name']}", highlight=False)


def _value(text: str) -> Any:
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
    show(found, as_json, lambda: table_of(("name", "connector", "state", "location", "problem"), rows))


@connections.command("show")
def show_connection(name: Name, as_json: AsJson = False) -> None:
    """Show a connection and the state of its streams."""
    with signed_in() as client:
        found = _find(client, name)
    title = f"{found['name']}: {found['state']} {found['error']}"
    rows = [(s["name"], s["state"], s["entity"], s["mapping_version"], s["error"]) for s in found["streams"]]
    show(found, as_json, lambda: table_of(("stream", "state", "entity", "mapping", "problem"), rows, title))


@connections.command()
def sync(name: Name, as_json: AsJson = False) -> None:
    """Sync a connection now, wait for the end, and show what became of every row."""
    with signed_in() as client:
        asked = client.connections.sync(_find(client, name)["id"])
        run = wait_for(
            lambda: client.connections.sync_run(asked["id"]), lambda found: found["state"] in ENDED, _progress
        )
        show(run, as_json, lambda: _streams(run))
        if run["state"] != "succeeded":
            raise AosError("SYNC_FAILED", run["error"] or f"The sync was {run['state']}.")


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
        found = _find(client, name)
        console.print(f"{found['name']} is {found['state']}. {found['error']}", highlight=False)
        for run in client.connections.sync_runs(found["id"]):
            console.print(f"Last run: {run['state']} {run['error']}", highlight=False)
            console.print(_streams(run))
            break
        else:
            console.print(f"It has never run. Start it with: aos connections sync {found['name']}", highlight=False)
        total = client.connections.quarantine_total(found["id"])
        if total:
            console.print(f"{total} rows are in quarantine: aos quarantine list {found['name']}", highlight=False)
        waiting = list(client.proposals.list("pending", found["id"]))
        for proposal in waiting:
            console.print(
                f"{proposal['stream']} waits for a mapping: aos mappings show {proposal['id']}", highlight=False
            )


@connections.command()
def delete(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a connection, its landing files and its quarantine."""
    with signed_in() as client:
        found = _find(client, name)
        if not yes:
            typer.confirm(f"Delete {found['name']} and everything that was landed from it?", abort=True)
        client.connections.delete(found["id"])
    console.print("Deleted.")


@quarantine.command("list")
def list_quarantine(
    name: Name, stream: str = "", limit: Annotated[int, typer.Option(min=1)] = 50, as_json: AsJson = False
) -> None:
    """List a connection's quarantined rows: file, row, column, value and reason."""
    with signed_in() as client:
        found = [
            row
            for row, _ in zip(
                client.connections.quarantine(_find(client, name)["id"], stream), range(limit), strict=False
            )
        ]
    rows = [(q["file"], q["row"], q["column"], q["value"], q["reason"]) for q in found]
    show(found, as_json, lambda: table_of(("file", "row", "column", "value", "reason"), rows))
