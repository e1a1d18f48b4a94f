"""`aos views` and `aos lineage`."""

import csv
import itertools
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, console, say, show, shown, signed_in, table_of
from aos.client import Client
from aos.resources import Filter

TABLE_ROWS = 20
PAGE = 1000
views = typer.Typer(help="Unified views of the business entities.", no_args_is_help=True)


@views.command("list")
def list_views(as_json: AsJson = False) -> None:
    """List the views with their rows."""
    with signed_in() as client:
        found = client.views.list()
    rows = [(v["name"], v["rows"], v["records"], len(v["columns"])) for v in found]
    show(found, as_json, lambda: table_of(("view", "rows", "source records", "columns"), rows))


@views.command()
def query(
    view: Annotated[str, typer.Argument(help="Name of a view, e.g. account.")],
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat it.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help='"column op value", e.g. "stage eq won" or "Tags.team eq web"; repeat it.')
    ] = None,
    order: Annotated[list[str] | None, typer.Option(help="Sort key; a leading - sorts down.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Rows at most; default 20 in the table, all as CSV and JSON.")
    ] = None,
    snapshot: Annotated[int, typer.Option(min=0, help="As the view was then; citations name it. 0 means now.")] = 0,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show rows of a view. Columns without a value in any of the rows are left out of the table."""
    filters = [filter_of(text) for text in where or []]
    most = limit if limit is not None or as_csv or as_json else TABLE_ROWS
    with signed_in() as client:
        page = PAGE if most is None else min(most + 1, PAGE)
        found = client.views.query(
            view, columns=column or [], filters=filters, order_by=order or [], page_size=page, snapshot=snapshot
        )
        rows = itertools.islice(found, most)
        if as_csv:
            _write(rows, column or _columns(client, view))
            return
        shown_rows = list(rows)
        more = next(found, None) is not None
    names = [name for name in next(iter(shown_rows), {}) if any(row[name] is not None for row in shown_rows)]
    show(shown_rows, as_json, lambda: _table(names, shown_rows), "No row.")
    if more and not as_json:
        say(f"The first {len(shown_rows):,} rows; --limit shows more, --csv and --json all of them.")


def _columns(client: Client, view: str) -> list[str]:
    columns = [one["columns"] for one in client.views.list() if one["name"] == view]
    return [column["name"] for column in columns[0]] if columns else []


def _write(rows: Iterator[dict[str, Any]], columns: list[str]) -> None:
    """Write CSV as the rows come: an export may be larger than the memory. Without a row the header stands alone."""
    first = next(rows, None)
    writer = csv.DictWriter(sys.stdout, list(first) if first else columns)
    writer.writeheader()
    if first:
        writer.writerow(first)
    writer.writerows(rows)


def _table(names: list[str], rows: list[dict[str, Any]]) -> Table:
    """Build a table with one line a row, or one line a value where the terminal is too narrow for that."""
    widths = [max(len(name), *(len(shown(row[name])) for row in rows)) + 1 for name in names] if rows else []
    if sum(widths) <= console.width:
        return table_of(names, [[row[name] for name in names] for row in rows])
    lines = []
    for number, row in enumerate(rows, 1):
        lines += [(f"── {number}", "")] + [(name, row[name]) for name in names if row[name] is not None]
    return table_of(("column", "value"), lines)


def filter_of(text: str) -> Filter:
    """Read "column op value"."""
    column, _, rest = text.partition(" ")
    op, _, value = rest.partition(" ")
    if not op:
        raise typer.BadParameter(f'{text!r} is not "column op value", e.g. "stage eq won" or "owner_name is_null"')
    return column, op, value.split(",") if op == "in" else value


def lineage(as_json: AsJson = False) -> None:
    """Show which fields of which sources make each entity, and which agents read it."""
    with signed_in() as client:
        graph = client.lineage()
    labels = {node["id"]: node["label"] for node in graph["nodes"]}
    rows = [
        (
            labels[e["source"]],
            labels[e["target"]],
            e["kind"],
            e["rows"] if int(e["rows"]) >= 0 else "",
            len(e["fields"]),
        )
        for e in graph["edges"]
    ]
    show(graph, as_json, lambda: table_of(("from", "to", "kind", "rows", "fields"), rows))
    if not as_json and not rows:
        say("Nothing is mapped yet. Begin with: aos discover FOLDER")
