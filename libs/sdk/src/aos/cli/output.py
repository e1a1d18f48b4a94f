"""What every command shares: tables, JSON, and errors that say what to type next."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from aos.client import Client
from aos.errors import AosError
from aos.session import client

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
POLL_SECONDS = 0.3

PIPED_WIDTH = 240
"""Columns when the output is no terminal: a pipe has no edge to wrap at."""

console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
complaints = Console(stderr=True)


@contextmanager
def signed_in() -> Iterator[Client]:
    """Yield a client; a failure becomes a short message and exit status 1."""
    with client() as opened:
        try:
            yield opened
        except AosError as error:
            complain(error)
            raise typer.Exit(1) from None


def complain(error: AosError) -> None:
    """Say what went wrong and what to do."""
    complaints.print(f"[red]{error.reason}[/]", end=" ")
    complaints.print(error.message, markup=False, highlight=False, soft_wrap=True)
    hint = error.hint or ("Sign in: aos login" if error.status == 401 else "")
    if hint:
        complaints.print(f"→ {hint}", markup=False, highlight=False, soft_wrap=True)


def show(document: Any, as_json: bool, table: Callable[[], Table]) -> None:
    """Print a document as JSON or as a table."""
    if as_json:
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        console.print(table())


def table_of(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> Table:
    """Build a plain table."""
    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left")
    for column in columns:
        # An id that is cut cannot be copied into the next command.
        table.add_column(column, no_wrap=column == "id", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    return table


def wait_for(fetch: Callable[[], Any], done: Callable[[Any], bool], line: Callable[[Any], str]) -> Any:
    """Poll until `done`, showing a progress line on terminals; return the last answer."""
    with console.status("…") as status:
        while True:
            answer = fetch()
            if done(answer):
                return answer
            status.update(line(answer))
            time.sleep(POLL_SECONDS)


def by_name(items: Iterable[Any], wanted: str, what: str) -> Any:
    """Return the item with this id or name; complain with the names there are."""
    known = list(items)
    for item in known:
        if wanted in (item["id"], item.get("name")):
            return item
    names = ", ".join(str(item.get("name") or item["id"]) for item in known) or "none yet"
    raise AosError("NOT_FOUND", f"There is no {what} {wanted!r}.", hint=f"There are: {names}.")
