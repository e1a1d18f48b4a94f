"""`aos watch`, and `aos connections statistics|fresh`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from aos.cli.connections import Name, connections, find
from aos.cli.output import AsJson, by_name, say, show, signed_in, table_of, typed

watches = typer.Typer(help="Airbyte deployments that are watched.", no_args_is_help=True)
WatchName = Annotated[str, typer.Argument(help="Name or id of a watch.")]


@connections.command()
def statistics(name: Name, as_json: AsJson = False) -> None:
    """Show how much each stream brings, how fresh it is, and whether its silence is suspicious."""
    with signed_in() as client:
        found = client.statistics.get(find(client, name)["id"])
    rows = [_figures(one) for one in found["streams"]]
    columns = ("stream", "rows", "bytes", "seconds", "rows/s", "last success", "lag", "fresh", "failures", "alarm")
    show(found, as_json, lambda: table_of(columns, rows))


def _figures(one: Any) -> tuple[Any, ...]:
    last = one["last"] or {}
    lag = one["lag_seconds"]
    return (
        one["stream"],
        last.get("rows_read"),
        last.get("bytes"),
        _rounded(last.get("seconds")),
        _rounded(last.get("rows_per_second")),
        one["last_success_time"],
        None if lag is None else f"{lag / 60:.0f} min",
        {True: "yes", False: "no", None: ""}[one["fresh"]],
        one["failures"],
        one["alarm"],
    )


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:,.1f}"


@connections.command()
def fresh(
    name: Name,
    within: Annotated[
        int | None, typer.Option(min=0, help="Minutes; 0: twice the schedule's interval, if there is one.")
    ] = None,
) -> None:
    """Say how old a connection's last success may be before there is a warning; without an option, show it."""
    with signed_in() as client:
        wanted = find(client, name)["id"]
        asked = client.statistics
        found = asked.get(wanted) if within is None else asked.set_freshness(wanted, within or None)
    minutes = found["fresh_within_minutes"]
    say("No age is too old." if minutes is None else f"There is a warning when it is older than {minutes:.0f} minutes.")


@watches.command()
def add(
    url: Annotated[str, typer.Argument(help="Address of the deployment, e.g. https://airbyte.example.com.")],
    name: Annotated[str, typer.Option(help="A name for the watch.")],
    client_id: Annotated[str, typer.Option(help="Id of an application of the deployment.")] = "",
    client_secret: Annotated[str, typer.Option(help="@FILE with its secret; @- reads it from here.")] = "",
    bearer_token: Annotated[str, typer.Option(help="@FILE with a token in place of both.")] = "",
    every: Annotated[int, typer.Option(min=60, help="Seconds between two looks.")] = 300,
    stale_after: Annotated[int, typer.Option(min=1, help="Minutes, where a schedule has no interval.")] = 1440,
) -> None:
    """Watch an Airbyte deployment: nothing there is changed."""
    secrets = {"client_secret": _from_file(client_secret), "bearer_token": _from_file(bearer_token)}
    given = {key: value for key, value in {"client_id": client_id, **secrets}.items() if value}
    with signed_in() as client:
        made = client.watches.create(name, url, given, every_seconds=every, stale_after_minutes=stale_after)
    say(f"{made['name']} is being looked at. See: aos watch show {typed(made['name'])}")


def _from_file(text: str) -> str:
    """Return a file's text: a secret on the command line would stay in the shell's history."""
    if not text:
        return ""
    if not text.startswith("@"):
        raise typer.BadParameter("A secret is read from a file: @FILE, or @- from here.")
    try:
        return (sys.stdin.read() if text == "@-" else Path(text[1:]).expanduser().read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{text[1:]} cannot be read: {getattr(error, 'strerror', None)}.") from None


@watches.command("list")
def list_watches(as_json: AsJson = False) -> None:
    """List the watches, newest first."""
    with signed_in() as client:
        found = client.watches.list()
    rows = [(w["name"], w["url"], w["state"], w["check_time"], w["error"]) for w in found]
    columns = ("name", "address", "state", "looked at", "problem")
    show(found, as_json, lambda: table_of(columns, rows), "Nothing is watched. Begin with: aos watch add URL")


@watches.command("show")
def show_watch(name: WatchName, as_json: AsJson = False) -> None:
    """Show the last sync of each connection of a deployment, those with a warning first."""
    with signed_in() as client:
        found = client.watches.get(by_name(client.watches.list(), name, "watch")["id"])
    rows = [(s["name"], s["job_status"], s["rows"], s["bytes"], s["update_time"], s["warning"]) for s in found["syncs"]]
    if not as_json:
        say(f"{found['name']} is {found['state']}. {found['error']}".rstrip())
    columns = ("connection", "last sync", "rows", "bytes", "heard of", "warning")
    show(found, as_json, lambda: table_of(columns, rows))


@watches.command()
def delete(name: WatchName) -> None:
    """End a watch."""
    with signed_in() as client:
        client.watches.delete(by_name(client.watches.list(), name, "watch")["id"])
    say("Deleted.")
