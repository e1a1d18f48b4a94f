"""Delimiter, quote and header of delimited text, judged from the beginning of the file."""

import csv
import io
import re
from collections import Counter

DELIMITERS = (",", "\t", ";", "|")
TYPED = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|true|false", re.IGNORECASE)
LONGEST = 64
YEAR = re.compile(r"(19|20)\d\d")


def sample_rows(text: str, delimiter: str, quote: str, limit: int = 200) -> list[list[str]]:
    """The first rows that are not blank; a row that the sample cuts off is left out by the caller's choice of text."""
    csv.field_size_limit(1 << 24)
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote):
        if row:
            rows.append(row)
        if len(rows) >= limit:
            break
    return rows


def find_delimiter(text: str, quote: str, preferred: str) -> str:
    """The delimiter that gives the most rows the same number (at least two) of columns; else `preferred`."""
    best, best_score = preferred, (0.0, 0, False)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in sample_rows(text, delimiter, quote))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        share = round(count / widths.total(), 2)
        score = (share, width, delimiter == preferred)
        if width >= 2 and score > best_score:
            best, best_score = delimiter, score
    return best


def find_quote(text: str) -> str:
    """A single quote where the text has no double quote and most lines hold single-quoted values; else a double one."""
    if '"' in text:
        return '"'
    lines = [line for line in text.splitlines() if line][:200]
    quoted = sum(1 for line in lines if re.search(r"(?:^|[,;\t|])'[^']*'(?:[,;\t|]|$)", line))
    return "'" if lines and quoted * 2 > len(lines) else '"'


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns; a file whose every column is text is taken to have a header, as exports do.

    A text above a column of numbers, dates or truth values speaks for a header; one of these above its own kind speaks
    against it, unless the first row counts years, as spread-out tables do.
    """
    if len(rows) < 2:
        return True
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    above = [cell for position, cell in enumerate(first) if cell and _mostly_typed(rest, position)]
    typed = [cell for cell in above if _typed(cell)]
    years = len(typed) > 1 and len(set(typed)) == len(typed) and all(YEAR.fullmatch(cell) for cell in typed)
    return not typed or years or len(typed) < len(above)


def _typed(cell: str) -> bool:
    """Whether a cell is a number, a date or a truth value; long ones are none, and matching them would take long."""
    return len(cell) <= LONGEST and TYPED.fullmatch(cell) is not None


def _mostly_typed(rows: list[list[str]], position: int) -> bool:
    below = [row[position].strip() for row in rows if position < len(row) and row[position].strip()]
    return bool(below) and sum(1 for cell in below if _typed(cell)) * 10 >= len(below) * 9
