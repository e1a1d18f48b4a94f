"""`python -m nlp_gateway redact --in F.jsonl --json`: texts without their personal data, without any server."""

import contextlib
import gzip
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from aos_common.errors import DomainError, Kind

from nlp_gateway.ports.redaction import Redacted

__all__ = ["add_arguments", "run"]

EXIT_BAD_INPUT = 2


class LinesUnreadable(DomainError):
    """The input is not what the command reads."""

    reason = "LINES_UNREADABLE"
    kind = Kind.INVALID


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--in", dest="source", type=Path, required=True, metavar="F.jsonl",
        help='a JSON object with "text" a line; .gz too; - is the standard input',
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help='print {"text", "spans"} a line; without it texts alone')


def run(
    arguments: Namespace, redact: Callable[[str], Redacted], out: TextIO = sys.stdout, err: TextIO = sys.stderr
) -> int:
    """Redact line by line; spans are places in the text that was given. Returns 2 when the input cannot be used."""
    try:
        for text in _texts(arguments.source):
            print(_line(redact(text), arguments.json), file=out)
    except DomainError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=err)
        return EXIT_BAD_INPUT
    return 0


def _line(redacted: Redacted, as_json: bool) -> str:
    if not as_json:
        return redacted.text
    spans = [{"start": span.start, "end": span.end, "type": span.kind} for span in redacted.spans]
    return json.dumps({"text": redacted.text, "spans": spans}, ensure_ascii=False)


def _texts(source: Path) -> Iterator[str]:
    with _opened(source) as lines:
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _text(number, line)
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
            raise LinesUnreadable(
                f"{source} does not read as text: {error}", hint="Give it in UTF-8, plain or as a whole .gz file."
            ) from error


def _opened(source: Path) -> contextlib.AbstractContextManager[TextIO]:
    if str(source) == "-":
        return contextlib.nullcontext(sys.stdin)
    try:
        if source.suffix == ".gz":
            return gzip.open(source, "rt", encoding="utf-8")
        return source.open(encoding="utf-8")
    except OSError as error:
        raise LinesUnreadable(f"{source} cannot be read: {error.strerror}", hint="Check its path.") from error


def _text(number: int, line: str) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        text = None
    if not isinstance(text, str):
        raise LinesUnreadable(
            f'Line {number} is no JSON object with a "text".', hint='Write one a line: {"text": "Call Ann on …"}'
        )
    return text
