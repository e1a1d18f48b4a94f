"""`aos metrics`: figures with a name and a definition."""

from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, say, show, signed_in, table_of
from aos.cli.views import filter_of

metrics = typer.Typer(help="Figures with a name and a definition over the unified views.", no_args_is_help=True)


@metrics.command("list")
def list_metrics(as_json: AsJson = False) -> None:
    """List the metrics: what each means, and what it can be split by."""
    with signed_in() as client:
        found = client.metrics.list()
    rows = [
        (one["name"], one["view"], one["description"], " ".join(d["name"] for d in one["dimensions"])) for one in found
    ]
    show(found, as_json, lambda: table_of(("metric", "view", "what it means", "by"), rows))


@metrics.command()
def query(
    metric: Annotated[str, typer.Argument(help="Name of a metric, e.g. effective_cost.")],
    by: Annotated[list[str] | None, typer.Option(help="Split by this dimension; repeat it.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help='"dimension op value", e.g. "team eq web"; repeat it.')
    ] = None,
    since: Annotated[str, typer.Option("--from", help="First day, e.g. 2026-10-01.")] = "",
    until: Annotated[str, typer.Option(help="The day after the last.")] = "",
    grain: Annotated[str, typer.Option(help="day, week, month, quarter or year.")] = "",
    compare: Annotated[str, typer.Option(help="previous_period or last_year.")] = "",
    order: Annotated[str, typer.Option(help="value, change or name; a leading - sorts down.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Compute a metric."""
    period = (since, until) if since or until else None
    with signed_in() as client:
        found = client.metrics.query(
            metric,
            by=by or [],
            filters=[filter_of(text) for text in where or []],
            grain=grain,
            period=period,
            comparison=compare,
            order=order,
            limit=limit,
        )
    nothing = f"No data. Connect {found['metric']['connect']}." if found["view_rows"] == "0" else "No row fits."
    if as_json or found["totals"]:
        show(found, as_json, lambda: _table(found))
    else:
        say(nothing)
    if not as_json and found["truncated"]:
        say(f"The first {limit} rows; --limit shows more.")


def _table(found: Any) -> Table:
    rows = [*found["rows"], *({**row, "dimensions": []} for row in found["totals"])]
    names = [one["dimension"] for one in found["rows"][0]["dimensions"]] if found["rows"] else []
    compared = "comparison_period" in found
    columns = [*names, found["metric"]["title"], "unit", "rows", *(("before", "change", "%") if compared else ())]
    return table_of(columns, [_line(row, len(names), compared) for row in rows])


def _line(row: Any, width: int, compared: bool) -> list[Any]:
    place = [one.get("value", "(none)") for one in row["dimensions"]] or (
        ["total"] + [""] * (width - 1) if width else []
    )
    line = [*place, row["figure"].get("value"), row["unit"], row["figure"]["rows"]]
    if compared:
        line += [(row.get("compared") or {}).get("value"), row.get("change"), row.get("change_percent")]
    return line
