"""What every command shares: tables, JSON, and errors that say what to type next."""

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aos.client import Client
from aos.errors import AosError
from aos.session import client

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
POLL_SECONDS = 0.3

PIPED_WIDTH = 240
"""Columns when the output is no terminal: a pipe has no edge to wrap at."""

CELL = 500
"""Characters of a value that a table shows; JSON and CSV have all of it."""

# Whatever is printed came from somewhere: names and values are never read as markup, emoji or terminal commands.
console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, markup=False, emoji=False, highlight=False)
complaints = Console(stderr=True, markup=False, emoji=False, highlight=False)
_CONTROLS = {code: 0x2400 + code for code in range(32) if code != ord("\n")} | {127: 0x2421}


@contextmanager
def signed_in(url: str = "") -> Iterator[Client]:
    """Yield a client of the session, or of another platform; a failure becomes a short message and exit status 1."""
    try:
        with client(url) as opened:
            yield opened
    except AosError as error:
        complain(error)
        raise typer.Exit(1) from None


def complain(error: AosError) -> None:
    """Say what went wrong and what to do."""
    complaints.print(error.reason, style="red", end=" ")
    complaints.print(_printable(error.message), soft_wrap=True)
    hint = "Sign in: aos login" if error.reason == "UNAUTHENTICATED" else error.hint
    if hint:
        complaints.print(f"→ {_printable(hint)}", soft_wrap=True)


def say(line: str) -> None:
    """Print a line of text; commands in it stay in one piece."""
    console.print(_printable(line), soft_wrap=True)


def typed(name: str) -> str:
    """Return a name as it is typed in a command."""
    return shlex.quote(name)


def show(document: Any, as_json: bool, table: Callable[[], Table], nothing: str = "") -> None:
    """Print a document as JSON or as a table; `nothing` is said in place of a table without rows."""
    if as_json:
        print(json.dumps(document, indent=1, ensure_ascii=False))
    elif nothing and not document:
        say(nothing)
    else:
        console.print(table())


def table_of(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> Table:
    """Build a plain table."""
    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left")
    for column in columns:
        # An id that is cut cannot be copied into the next command.
        table.add_column(column, no_wrap=column == "id", overflow="fold")
    for row in rows:
        table.add_row(*(shown(cell) for cell in row))
    return table


def shown(cell: Any) -> str:
    """Return a value as a table shows it: long ones cut, control characters as their pictures."""
    text = "" if cell is None else str(cell)
    return _printable(text if len(text) <= CELL else f"{text[:CELL]} … ({len(text):,} characters)")


def _printable(text: str) -> str:
    return text.translate(_CONTROLS)


def wait_for(fetch: Callable[[], Any], done: Callable[[Any], bool], line: Callable[[Any], str]) -> Any:
    """Poll until `done`, showing a progress line on terminals; return the last answer."""
    with console.status(Text("…")) as status:
        while True:
            answer = fetch()
            if done(answer):
                return answer
            status.update(Text(_printable(line(answer))))
            time.sleep(POLL_SECONDS)


def by_name(items: Iterable[Any], wanted: str, what: str) -> Any:
    """Return the item with this id or name; complain with the names there are."""
    known = list(items)
    for item in known:
        if wanted in (item.get("id"), item.get("name")):
            return item
    names = ", ".join(str(item.get("name") or item["id"]) for item in known) or "none yet"
    raise AosError("NOT_FOUND", f"There is no {what} {wanted!r}.", hint=f"There are: {names}.")
