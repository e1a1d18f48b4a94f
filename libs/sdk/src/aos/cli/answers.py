"""`aos ask` and `aos summary`."""

import itertools
import json
import shlex
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from aos.answers import filters_of
from aos.cli.output import AsJson, complaints, console, say, show, signed_in, table_of
from aos.client import Client

ROWS = 20
CITED = 12
"""Citations that are printed; --json has all of them."""


def ask(
    question: Annotated[str, typer.Argument(help='In plain words, e.g. "cloud spend by team last month".')],
    persona: Annotated[str, typer.Option(help="cto, cro, coo or cfo; without it the question decides.")] = "",
    opened: Annotated[int, typer.Option("--open", min=0, help="Show the rows behind this citation, too.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Ask a question; every number of the answer has a citation that opens it."""
    with signed_in() as client:
        answer = _told(client.answers.stream(question, persona), as_json)
        if as_json:
            print(json.dumps(answer, indent=1, ensure_ascii=False))
        else:
            _print(answer)
        if opened:
            _open(client, answer, opened)
    if answer.get("refusal"):
        raise typer.Exit(1)


def summary(persona: Annotated[str, typer.Argument(help="cto, cro, coo or cfo.")], as_json: AsJson = False) -> None:
    """Show a persona's figures, or what to connect for them."""
    with signed_in() as client:
        found = client.answers.summary(persona)
    rows = [(one["title"], one["display"] or one["missing"], one["change"], one["period"]) for one in found["tiles"]]
    show(found, as_json, lambda: table_of(("", "", "change", "period"), rows))


def _told(steps: Iterator[tuple[str, Any]], quiet: bool) -> Any:
    """Print the text as it comes, and return the whole answer."""
    answer: Any = {}
    for step, content in steps:
        if step == "answer":
            answer = content
        elif quiet:
            continue
        elif step == "evidence" and content["reading"]:
            complaints.print(f"I read this as: {content['reading']}", style="dim", soft_wrap=True)
        elif step == "text":
            console.print(content["text"], end="", soft_wrap=True)
    if not quiet:
        console.print()
    return answer


def _print(answer: Any) -> None:
    refusal = answer.get("refusal")
    if refusal:
        complaints.print(refusal["reason"], style="red", end=" ")
        complaints.print(refusal["message"], soft_wrap=True)
        for suggestion in refusal["suggestions"]:
            complaints.print(f"→ {suggestion}", soft_wrap=True)
        return
    table = answer.get("table")
    if table and table["rows"]:
        rows = [(*row["cells"], f"[{row['citation']}]" if row["citation"] else "") for row in table["rows"]]
        console.print(table_of((*table["columns"], ""), rows))
    for citation in answer["citations"][:CITED]:
        say(f"[{citation['number']}] {_cited(citation)}")
    if len(answer["citations"]) > CITED:
        say(f"… and {len(answer['citations']) - CITED} more; --json has all.")
    say(f"({answer['persona']}, {answer['engine']})")


def _cited(citation: Any) -> str:
    if citation["kind"] == "rows":
        return f"{citation['title']}: {int(citation['rows']):,} rows. {command(citation)}"
    if citation["kind"] == "passage":
        return " › ".join(dict.fromkeys((citation["title"], *citation["headings"])))
    return f"{citation['kind']} {citation['title']} ({citation['target_id']})"


def command(citation: Any) -> str:
    """Return the command that shows the rows behind a citation."""
    parts = ["aos", "views", "query", citation["view"], "--snapshot", str(citation["snapshot"])]
    for column, op, value in filters_of(citation):
        said = ",".join(value) if not isinstance(value, str) else value
        parts += ["--where", f"{column} {op} {said}".strip()]
    return shlex.join(parts)


def _open(client: Client, answer: Any, number: int) -> None:
    found = next((one for one in answer["citations"] if one["number"] == number), None)
    if found is None or found["kind"] != "rows":
        say(f"There are no rows behind [{number}].")
        return
    rows = client.views.query(found["view"], filters=filters_of(found), snapshot=int(found["snapshot"]), page_size=ROWS)
    shown = list(itertools.islice(rows, ROWS))
    names = [name for name in next(iter(shown), {}) if any(row[name] is not None for row in shown)]
    console.print(table_of(names, [[row[name] for name in names] for row in shown]))
    say(f"{len(shown)} of {int(found['rows']):,} rows. {command(found)}")
