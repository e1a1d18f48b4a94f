"""`python -m dcl match SOURCE.csv TARGET.csv`: the matcher alone, without any server."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from aos_common.errors import DomainError, Kind

from dcl.domain.documentation import document_table
from dcl.domain.matching.matcher import match_tables
from dcl.domain.matching.model import Embed, Matching
from dcl.domain.ontology import Ontology
from dcl.entrypoints.csv_tables import FileMissing, read_table

EXIT_BAD_INPUT = 2
_META_KEYS = ("source_types", "target_types", "source_desc", "target_desc")
_REASONS_SHOWN = 3


class MetaInvalid(DomainError):
    """The file given with --meta is not what the command understands."""

    reason = "META_INVALID"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class MatchTools:
    """What the command needs from outside: the sentence encoder, its words by frequency, the ontology."""

    embed: Embed
    words: Callable[[], Sequence[str]]
    ontology: Ontology


def add_arguments(parser: ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("source", type=Path, help="CSV file with a header line; rows are optional")
    parser.add_argument("target", type=Path, help="CSV file with a header line; rows are optional")
    parser.add_argument("--meta", type=Path, help=f"JSON file with any of {', '.join(_META_KEYS)}: column name → text")
    parser.add_argument("--json", action="store_true", help="print all pairs: the assignment first, then by score")


def run(
    arguments: Namespace, tools: Callable[[], MatchTools], out: TextIO = sys.stdout, err: TextIO = sys.stderr
) -> int:
    """Matches two files and prints the result; returns the exit code, 2 when the input cannot be used."""
    try:
        matching = _match(arguments, tools)
    except DomainError as error:
        print(f"error: {error.message}", file=err)
        print(f"hint: {error.hint}", file=err)
        return EXIT_BAD_INPUT
    if arguments.json:
        json.dump(pairs(matching), out)
        out.write("\n")
    else:
        out.write(report(matching))
    return 0


def _match(arguments: Namespace, tools: Callable[[], MatchTools]) -> Matching:
    meta = read_meta(arguments.meta) if arguments.meta else {}
    source = read_table(arguments.source, meta.get("source_types"), meta.get("source_desc"))
    target = read_table(arguments.target, meta.get("target_types"), meta.get("target_desc"))
    with_ = tools()
    documented = document_table(source, with_.ontology), document_table(target, with_.ontology)
    return match_tables(*documented, with_.embed, with_.words())


def read_meta(path: Path) -> dict[str, dict[str, str]]:
    """The column types and descriptions of a META.json; raises FileMissing, MetaInvalid."""
    hint = f"give a JSON object with any of {', '.join(_META_KEYS)}, each an object: column name → text"
    try:
        meta = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileMissing(f"cannot read {path}: {error.strerror}", hint="check the path and its permissions") from error
    except ValueError as error:
        raise MetaInvalid(f"{path.name} is not JSON: {error}", hint=hint) from error
    if not isinstance(meta, dict):
        raise MetaInvalid(f"{path.name} holds a {type(meta).__name__}, not an object", hint=hint)
    found = {key: meta[key] for key in _META_KEYS if meta.get(key)}
    for key, texts in found.items():
        if not isinstance(texts, dict):
            raise MetaInvalid(f"{path.name}: {key} is not an object", hint=hint)
    return {key: {str(name): str(text) for name, text in texts.items() if text} for key, texts in found.items()}


def pairs(matching: Matching) -> list[dict[str, str | float]]:
    """Every pair of column names once, as printed by --json."""
    rows: dict[tuple[str, str], float] = {}
    for source, target, score in matching.ranked():
        names = (matching.source.columns[source].name, matching.target.columns[target].name)
        rows.setdefault(names, round(score, 6))
    return [{"source": source, "target": target, "score": score} for (source, target), score in rows.items()]


def report(matching: Matching) -> str:
    """The assignment as an aligned table with the strongest reasons."""
    rows = [("SOURCE", "TARGET", "SCORE", "BECAUSE")]
    for match in matching.assigned():
        reasons = ", ".join(f"{reason.signal} {reason.score:.2f}" for reason in match.reasons[:_REASONS_SHOWN])
        rows.append((match.source_name, match.target_name, f"{match.score:.3f}", reasons))
    widths = [max(len(row[index]) for row in rows) for index in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"
