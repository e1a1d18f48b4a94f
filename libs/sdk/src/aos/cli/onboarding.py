"""`aos connections onboard|preview|promote` and `aos funnel`."""

from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.connections import Name, Settings, connections, find_settled, settings_of, told
from aos.cli.output import AsJson, console, say, show, signed_in, table_of, typed

STAGES = (
    "eligible",
    "reachable",
    "active",
    "awaiting_credentials",
    "network_blocked",
    "unsupported_type",
    "healing",
    "error",
    "pending",
)


@connections.command()
def onboard(
    connector: Annotated[str, typer.Argument(help="Name of a connector, e.g. postgres; also one not installed.")],
    name: Annotated[str, typer.Option(help="A name for the connection.")],
    setting: Settings = [],  # noqa: B006  typer's way to say that it may be left out; nobody changes it
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream; repeat it.")] = None,
    safe_mode: Annotated[bool, typer.Option(help="Read few rows, and wait to be promoted.")] = True,
) -> None:
    """Onboard a source in Safe Mode: at most 20 rows of each stream are read, and nothing is announced."""
    with signed_in() as client:
        made = client.onboarding.enter(name, connector, settings_of(setting), streams=stream or [], safe_mode=safe_mode)
    say(told(made))
    if made["state"] == "PENDING":
        verb = "preview" if safe_mode else "show"
        say(f"Its source is being looked at. Then: aos connections {verb} {typed(made['name'])}")


@connections.command()
def preview(
    name: Name,
    stream: Annotated[str, typer.Option(help="Only this stream.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show sampled rows in canonical form, those that do not fit, and each mapped field with its confidence."""
    with signed_in() as client:
        connection = find_settled(client, name)
        found = list(client.onboarding.preview(connection["id"], stream))
    if as_json:
        show(found, True, lambda: table_of((), ()))
        return
    say(told(connection))
    if connection["state"] == "PENDING":
        say("Its source is still being looked at; ask again in a moment.")
    for one in found:
        console.print(_fields(one))
        if one["error"]:
            say(one["error"])
        if one["rows"]:
            columns = [column for column in one["rows"][0] if column not in ("_row", "_extras")]
            console.print(table_of(columns, [[row.get(column) for column in columns] for row in one["rows"]]))
        for misfit in one["misfits"]:
            say(f"Row {misfit['row']} does not fit: {misfit['column']} = {misfit['value']!r}, {misfit['reason']}.")
    if connection["state"] == "SAFE_MODE":
        say(f"Bring it into use: aos connections promote {typed(connection['name'])}")


def _fields(one: Any) -> Table:
    rows = [
        (f["source"], f["attribute"], f["kind"], f"{f['confidence']:.2f}", f["tier"], "; ".join(f["reasons"]))
        for f in one["fields"]
    ]
    title = f"{one['stream']} → {one['entity'] or 'no entity'} ({one['entity_confidence']:.2f})"
    return table_of(("column", "attribute", "read as", "confidence", "tier", "reasons"), rows, title)


@connections.command()
def promote(name: Name) -> None:
    """End a connection's Safe Mode: its proposals are decided, and syncs may run."""
    with signed_in() as client:
        made = client.onboarding.promote(find_settled(client, name)["id"])
    say(f"{told(made)} It is looked at once more. Then: aos connections sync {typed(made['name'])}")


def funnel(
    stage: Annotated[str, typer.Option(help="List the connections behind this number.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how many connections are in use, and what stands in the way of the others."""
    with signed_in() as client:
        if stage:
            listed = list(client.onboarding.in_stage(stage))
            rows = [(c["name"], c["connector"], c["state"], c["obstacle"], c["error"]) for c in listed]
            columns = ("name", "connector", "state", "obstacle", "problem")
            show(listed, as_json, lambda: table_of(columns, rows), "No connection is in this stage.")
            return
        found = client.onboarding.funnel()
    show(found, as_json, lambda: table_of(("stage", "connections"), [(one, found[one]) for one in STAGES]))
    if not as_json:
        say(_coverage(found))


def _coverage(found: Any) -> str:
    if found["coverage"] is None:
        return f"Coverage: no data; the objective is {found['objective']:.0%}."
    verdict = "met" if found["met"] else "not met"
    return f"Coverage: {found['coverage']:.0%} of an objective of {found['objective']:.0%}, {verdict}."
