"""`aos discover` and `aos findings`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, by_name, console, say, show, signed_in, table_of, typed, wait_for
from aos.errors import AosError

findings = typer.Typer(help="Decide about what was found.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name or id of a finding.")]


def discover(
    location: Annotated[str, typer.Argument(help="A folder the server can read, or a postgresql:// URL.")],
    name: Annotated[str, typer.Option(help="A name for what is found.")] = "",
    as_json: AsJson = False,
) -> None:
    """Scan a folder or a database, wait for the end, and show what was found."""
    with signed_in() as client:
        asked = client.discovery.scan(_absolute(location), name)
        scan = wait_for(
            lambda: client.discovery.get_scan(asked["id"]),
            lambda found: found["state"] in ("succeeded", "failed"),
            lambda found: f"{found['state']}: {found['data_sets']} data sets",
        )
        if scan["state"] == "failed":
            raise AosError("SCAN_FAILED", scan["error"])
        finding = client.discovery.finding(scan["finding_id"])
        show(finding, as_json, lambda: _data_sets(finding))
        if not as_json:
            _advise(finding)


def _absolute(location: str) -> str:
    """Return the whole path of a folder named from here; the server knows no other."""
    local = location and "://" not in location and not location.startswith("/")
    return str(Path(location).expanduser().absolute()) if local else location


def _advise(finding: Any) -> None:
    say(f"{'; '.join(finding['reasons'])}.")
    if any(not data_set["error"] for data_set in finding["data_sets"]):
        say(f"Connect it with: aos findings approve {typed(finding['name'])}")
    elif finding["data_sets"]:
        say("None of it can be read: each line says why. Repair one and scan again.")
    else:
        say("No data was found there.")


def _data_sets(finding: Any) -> Table:
    rows = [
        (d["name"], d["format"], "?" if int(d["rows"]) < 0 else d["rows"], len(d["columns"]), d["error"])
        for d in finding["data_sets"]
    ]
    return table_of(("data set", "format", "rows", "columns", "problem"), rows, finding["name"])


@findings.command("list")
def list_findings(state: str = "", as_json: AsJson = False) -> None:
    """List findings, highest score first."""
    with signed_in() as client:
        found = list(client.discovery.findings(state))
    rows = [(f["name"], f["kind"], f["state"], f"{f['score']:.2f}", f["location"]) for f in found]
    nothing = "Nothing was found yet. Begin with: aos discover FOLDER"
    show(found, as_json, lambda: table_of(("name", "kind", "state", "score", "location"), rows), nothing)


@findings.command("show")
def show_finding(name: Name, as_json: AsJson = False) -> None:
    """Show a finding: its data sets, and the columns of each."""
    with signed_in() as client:
        finding = client.discovery.finding(by_name(client.discovery.findings(), name, "finding")["id"])
    if as_json:
        show(finding, True, Table)
        return
    console.print(_data_sets(finding))
    for data_set in finding["data_sets"]:
        rows = [
            (c["name"], c["type"], f"{c['null_ratio']:.0%}", c["distinct"], c["pii"], ", ".join(c["samples"])[:60])
            for c in data_set["columns"]
        ]
        columns = ("column", "type", "null", "distinct", "personal", "samples")
        console.print(table_of(columns, rows, f"\n{data_set['name']}"))


@findings.command()
def approve(name: Name, data_set: Annotated[list[str] | None, typer.Option(help="Only these.")] = None) -> None:
    """Approve a finding: it becomes a connection."""
    with signed_in() as client:
        finding = by_name(client.discovery.findings(), name, "finding")
        approved = client.discovery.approve(finding["id"], data_set or [])
        connection = wait_for(lambda: client.connections.get(approved["connection_id"]), _looked_at, _progress)
        say(f"{connection['name']} is {connection['state']}. {connection['error']}")
        rows = [(s["name"], s["state"], s["entity"], s["error"]) for s in connection["streams"]]
        console.print(table_of(("stream", "state", "entity", "problem"), rows))
        if connection["state"] == "FAILED":
            raise AosError(
                "CONNECTION_FAILED",
                f"{connection['name']} cannot be read.",
                hint="Repair what it says, then scan again.",
            )
        if any(stream["state"] == "needs_mapping" for stream in connection["streams"]):
            say("Some streams wait for a mapping: aos mappings list --state pending")
        else:
            say("Read it with: aos runs start")


def _looked_at(connection: Any) -> bool:
    """Tell whether the source has been checked, and every stream looked at."""
    settled = all(stream["state"] != "discovered" for stream in connection["streams"])
    return connection["state"] != "PENDING" and settled


def _progress(connection: Any) -> str:
    return f"{connection['name']}: {connection['state']}, {len(connection['streams'])} streams"


@findings.command()
def reject(name: Name, note: str = "") -> None:
    """Reject a finding; later scans keep the decision."""
    with signed_in() as client:
        client.discovery.reject(by_name(client.discovery.findings(), name, "finding")["id"], note)
    say("Rejected.")
