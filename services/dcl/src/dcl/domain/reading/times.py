"""Finds how a column writes dates and timestamps."""

import re
from collections.abc import Sequence
from datetime import datetime, time
from itertools import product

from dcl.domain.reading.model import Reading
from dcl.domain.transform import Transform

_DAYS = [
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d-%b-%y",
]
_SPOKEN_DAYS = ("%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
_WHOLE = ("%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC", "%Y%m%d%H%M%S")
FORMATS = ("", *(day + moment for day, moment in product((*_DAYS, *_SPOKEN_DAYS), _TIMES)), *_WHOLE)
"""Formats tried, in order of preference; the empty one is ISO 8601."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_LOOK = 20
_MAX_SAMPLES = 500


def read_times(kind: str, values: Sequence[str]) -> Reading:
    """The reading of `date` or `timestamp` values that takes most samples; day and month may be undecidable.

    A date with a time of day other than midnight does not fit `date`: reading it would lose the time.
    """
    samples = list(dict.fromkeys(value.strip() for value in values))[:_MAX_SAMPLES]
    if not samples:
        return Reading(Transform(kind, timezone=_zone(kind)), notes=("no samples to find the format in",))
    look = samples[:_FIRST_LOOK]
    tried = [form for form in FORMATS if any(parse_time(value, form) for value in look)] or [""]
    parsed = {form: [parse_time(value, form) for value in samples] for form in tried}
    fits = {form: sum(_fits(moment, kind) for moment in moments) for form, moments in parsed.items()}
    best = max(tried, key=lambda form: fits[form])
    rival = next((form for form in tried if fits[form] == fits[best] > 0 and parsed[form] != parsed[best]), None)
    notes = []
    if rival is not None:
        notes.append(f"day and month cannot be told apart: {best} and {rival} both read all {len(samples)} samples")
    if kind == "date" and any(moment and moment.time() != time() for moment in parsed[best]):
        notes.append("some values have a time of day, which a date would lose")
    return Reading(Transform(kind, best, _zone(kind)), fits[best] / len(samples), rival is None, tuple(notes))


def parse_time(value: str, form: str) -> datetime | None:
    """The point in time a text names by a strptime format (empty: ISO 8601 with dashes), or None."""
    if not form and not _ISO_DAY.match(value):
        return None
    try:
        return datetime.strptime(value, form) if form else datetime.fromisoformat(value)  # noqa: DTZ007 - naive samples stay naive
    except ValueError:
        return None


def _fits(moment: datetime | None, kind: str) -> bool:
    return moment is not None and (kind == "timestamp" or moment.time() == time())


def _zone(kind: str) -> str:
    return "UTC" if kind == "timestamp" else ""
