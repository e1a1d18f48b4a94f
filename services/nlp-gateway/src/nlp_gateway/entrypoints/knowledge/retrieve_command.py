"""`python -m nlp_gateway retrieve`: a corpus into an empty knowledge base, and the best documents for each query."""

import gzip
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from aos_common.errors import DomainError, Kind

__all__ = ["LEGS", "Ranking", "Retrieve", "Row", "add_arguments", "run"]

EXIT_BAD_INPUT = 2
LEGS = ("hybrid", "bm25", "vectors")

Ranking = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Row:
    """A document of the corpus."""

    id: str
    title: str
    text: str


Retrieve = Callable[[Sequence[Row], Mapping[str, str], int, str, Callable[[str], None]], Awaitable[Ranking]]
"""Corpus, queries by id, how many documents a query, one of LEGS, and where progress is told."""


class CorpusInvalid(DomainError):
    """A line of the corpus or of the queries is not what the command understands."""

    reason = "CORPUS_INVALID"
    kind = Kind.INVALID


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--corpus", type=Path, required=True, help='JSON lines {"_id","title","text"}; may end in .gz')
    parser.add_argument("--queries", type=Path, required=True, help='JSON lines {"_id","text"}; may end in .gz')
    parser.add_argument("--k", type=int, default=100, help="documents for each query, 100 unless told")
    parser.add_argument("--leg", choices=LEGS, default="hybrid", help="what ranks: both lists fused, or one alone")
    parser.add_argument("--json", action="store_true", help="print {query id: [[document id, score], …]}")


async def run(arguments: Namespace, retrieve: Retrieve, out: TextIO, err: TextIO) -> int:
    """Rank and print; return the exit code, 2 when the input cannot be used."""
    try:
        if not 1 <= arguments.k <= 1000:
            raise CorpusInvalid(f"--k is {arguments.k}.", hint="Ask for 1 to 1000 documents a query.")
        corpus = [Row(str(row["_id"]), str(row.get("title") or ""), _text(row)) for row in _rows(arguments.corpus)]
        queries = {str(row["_id"]): _text(row) for row in _rows(arguments.queries)}
        ranking = await retrieve(
            corpus, queries, arguments.k, arguments.leg, lambda line: print(line, file=err, flush=True)
        )
    except DomainError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=err)
        return EXIT_BAD_INPUT
    if arguments.json:
        json.dump({query: [[name, round(score, 6)] for name, score in found] for query, found in ranking.items()}, out)
        out.write("\n")
    else:
        for query, found in ranking.items():
            out.write("\n".join([f"{query}\t{name}\t{score:.4f}" for name, score in found]) + "\n")
    return 0


def _text(row: Mapping[str, Any]) -> str:
    # PostgreSQL stores no NUL, and no half of a surrogate pair.
    return str(row.get("text") or "").replace("\x00", " ").encode("utf-8", "replace").decode()


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _row(path, number, line)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CorpusInvalid(f"Cannot read {path}: {error}", hint="Check the path; the file is UTF-8.") from error


def _row(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or "_id" not in row:
        raise CorpusInvalid(
            f"Line {number} of {path.name} is no JSON object with an _id.", hint='One object a line: {"_id", "text"}.'
        )
    return row
