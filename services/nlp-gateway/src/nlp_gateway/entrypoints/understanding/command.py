"""`python -m nlp_gateway classify --train T.csv --test S.csv --json`: labels texts by examples, without a server."""

import csv
import gzip
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from aos_common.errors import DomainError, Kind

__all__ = ["Classify", "add_arguments", "run"]

EXIT_BAD_INPUT = 2
LABELS = ("intent", "category", "label")
MAX_FIELD = 100_000
Classify = Callable[[Sequence[str], Sequence[str], Sequence[str]], Sequence[tuple[str, float]]]
"""Training texts, their labels, texts to label → (label, how surely in scope: below 0.5 is refused) each."""


class TableUnreadable(DomainError):
    """A CSV file is not what the command reads."""

    reason = "TABLE_UNREADABLE"
    kind = Kind.INVALID


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--train", type=Path, required=True, metavar="T.csv",
        help="columns text,intent (or category); the intent oos marks what is out of scope, and may be absent",
    )  # fmt: skip
    parser.add_argument("--test", type=Path, required=True, metavar="S.csv", help="a column text; others are ignored")
    parser.add_argument("--json", action="store_true", help='print {"pred", "score"}; without it a line each')


def run(arguments: Namespace, classify: Classify, out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Learn the one file, label the other; returns 2 when the input cannot be used."""
    try:
        known = _read(arguments.train, labelled=True)
        unknown = [text for text, _ in _read(arguments.test, labelled=False)]
        if len({label for _, label in known}) < 2:
            raise TableUnreadable(
                f"{arguments.train} has fewer than two intents.", hint="Give examples of at least two."
            )
    except DomainError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=err)
        return EXIT_BAD_INPUT
    labelled = classify([text for text, _ in known], [label for _, label in known], unknown)
    if arguments.json:
        scores = [round(score, 6) for _, score in labelled]
        print(json.dumps({"pred": [label for label, _ in labelled], "score": scores}), file=out)
    else:
        for text, (label, score) in zip(unknown, labelled, strict=True):
            print(f"{label}\t{score:.3f}\t{text}", file=out)
    return 0


def _read(path: Path, *, labelled: bool) -> list[tuple[str, str]]:
    csv.field_size_limit(MAX_FIELD)
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = rows.fieldnames or []
            column = next((name for name in LABELS if name in names), "")
            if "text" not in names or (labelled and not column):
                raise TableUnreadable(
                    f"{path} has the columns {', '.join(names) or 'none'}.",
                    hint="It needs text and intent, in a header.",
                )
            return [(row["text"] or "", (row[column] or "") if column else "") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise TableUnreadable(f"{path} cannot be read: {error}", hint="Give a CSV file in UTF-8.") from error
