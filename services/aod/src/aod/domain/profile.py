"""From sampled texts to the profile of a column and a data set."""

import re
from collections.abc import Sequence
from itertools import islice

from aod.domain.column_types import infer_type
from aod.domain.finding import ColumnProfile
from aod.domain.personal.columns import mask, personal_kind

SAMPLE_ROWS = 2_000
SAMPLE_CELLS = 400_000
MIN_ROWS = 100
MAX_SAMPLES = 5
SHOWN_LENGTH = 80
_KEY_NAME = re.compile(r"(?i:(^|[^a-z])(id|key|code|number|no|nr|uuid|guid|sku))$|[a-z](ID|Id|Key)$")


def sample_rows(columns: int) -> int:
    """How many rows of a table with so many columns are looked at: at most 2,000, fewer for very wide ones."""
    return max(MIN_ROWS, min(SAMPLE_ROWS, SAMPLE_CELLS // max(1, columns)))


def profile_column(name: str, values: Sequence[str | None], declared: str = "") -> ColumnProfile:
    """Profile a column from its sampled texts (None is null); `declared` is the source's own type, if it has one.

    `distinct` counts values by their first 500 characters. Samples are the first distinct values, masked.
    """
    present = [value for value in values if value is not None]
    distinct = dict.fromkeys(present)
    kind = personal_kind(name, present)
    candidates = [value.strip() for value in islice(distinct, MAX_SAMPLES * 4) if value.strip()]
    samples = dict.fromkeys(_shown(value, kind) for value in candidates)
    return ColumnProfile(
        name=name,
        type=declared or infer_type(present),
        null_ratio=round(1 - len(present) / len(values), 6) if values else 0.0,
        distinct=len(distinct),
        samples=tuple(samples)[:MAX_SAMPLES],
        pii=kind,
    )


def looks_keyed(columns: Sequence[ColumnProfile], looked_at: int) -> bool:
    """Whether a column named like a key has a value of its own in every row looked at."""
    return looked_at > 0 and any(
        column.distinct == looked_at and not column.null_ratio and _KEY_NAME.search(column.name) for column in columns
    )


def _shown(value: str, kind: str) -> str:
    masked = mask(value, kind)
    return masked if len(masked) <= SHOWN_LENGTH else masked[: SHOWN_LENGTH - 1] + "…"
