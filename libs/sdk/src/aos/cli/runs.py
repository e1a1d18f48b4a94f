"""`aos runs` and `aos insights`."""

from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, by_name, say, show, signed_in, table_of, wait_for
from aos.errors import AosError

runs = typer.Typer(help="Pipeline runs: sync, unify, analyse.", no_args_is_help=True)
RunId = Annotated[str, typer.Argument(help="Id of a run.")]
ENDED = ("succeeded", "failed", "cancelled")


@runs.command()
def start(
    connection: Annotated[list[str] | None, typer.Option(help="Name or id; default every active one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start the pipeline, wait for the end, and show its steps."""
    with signed_in() as client:
        known = list(client.connections.list()) if connection else []
        asked = client.runs.start([by_name(known, wanted, "connection")["id"] for wanted in connection or []])
        run = wait_for(lambda: client.runs.get(asked["id"]), lambda found: found["state"] in ENDED, _progress)
        show(run, as_json, lambda: _steps(run))
        if run["state"] != "succeeded":
            raise AosError("RUN_FAILED", run["error"] or f"The run was {run['state']}.")


def _progress(run: Any) -> str:
    running = [f"{step['name']} {step['summary']}" for step in run["steps"] if step["state"] == "running"]
    return "; ".join(running) or run["state"]


def _steps(run: Any) -> Table:
    rows = [(s["name"], s["state"], s["attempts"], s["summary"]) for s in run["steps"]]
    return table_of(("step", "state", "attempts", "summary"), rows, f"{run['id']}: {run['state']}")


@runs.command("list")
def list_runs(as_json: AsJson = False) -> None:
    """List runs, newest first."""
    with signed_in() as client:
        found = list(client.runs.list())
    rows = [(r["id"], r["state"], r["create_time"], r["error"]) for r in found]
    nothing = "There was no run yet. Start one: aos runs start"
    show(found, as_json, lambda: table_of(("id", "state", "started", "problem"), rows), nothing)


@runs.command("show")
def show_run(run_id: RunId, as_json: AsJson = False) -> None:
    """Show a run and its steps."""
    with signed_in() as client:
        run = client.runs.get(run_id)
    show(run, as_json, lambda: _steps(run))


@runs.command()
def cancel(run_id: RunId) -> None:
    """Cancel an active run."""
    with signed_in() as client:
        run = client.runs.cancel(run_id)
    say(f"The run is {run['state']}.")


def insights(run_id: str = "", agent: str = "", as_json: AsJson = False) -> None:
    """Show what the agents found in the newest run, gravest first."""
    with signed_in() as client:
        found = client.runs.findings(run_id, agent)
    rows = [(f["agent"], f["severity"], f"{f['figure']} {f['unit']}", f["title"], f["action"]) for f in found]
    nothing = "The agents have found nothing. They look at the data of a run: aos runs start"
    show(found, as_json, lambda: table_of(("agent", "severity", "figure", "finding", "what to do"), rows), nothing)
