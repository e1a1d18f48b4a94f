"""Ranges of the time of change: exactly what lies in them, resumable, and deleted records left out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aos_local.salesforce.client import Emulator

START = datetime(2024, 1, 1, tzinfo=UTC)
STEP = 30_000
BULK, REST = {"bulk_from_rows": 1}, {"bulk_from_rows": 1_000_000}


def _at(number: float) -> datetime:
    return START + timedelta(seconds=number * STEP)


def _read(source: Any, span: Span, place: Any = None) -> tuple[list[Any], bool]:
    with source.read_span("Account", span, place or {}, None) as reading:
        return list(reading.batches()), reading.snapshot


def _ids(batches: list[Any]) -> list[str]:
    return [one for batch in batches for one in batch.data.column("Id").to_pylist()]


@pytest.mark.parametrize("how", [BULK, REST], ids=["bulk", "rest"])
def test_span_when_read_then_holds_exactly_its_range_and_resumes_from_every_state(
    how: dict[str, int], emulator: Emulator, open_source: Any
) -> None:
    emulator.turn(page_size=200)
    emulator.generate("Account", 2_000, start="2024-01-01T00:00:00Z", seconds=STEP)
    source = open_source(**how, batch_rows=200, slice_days=60)
    with source.read("Account", {}) as reading:
        every = [row for batch in reading.batches() for row in batch.data.to_pylist()]
    span = Span(_at(400), _at(1_200))
    wanted = {row["Id"] for row in every if span.since <= row["SystemModstamp"] < span.until}
    assert 700 < len(wanted) < 900
    emulator.call("POST", "delete/Account", sorted(wanted)[:3])  # deleted now: outside of the range
    wanted -= set(sorted(wanted)[:3])
    batches, whole = _read(source, span)
    assert (set(_ids(batches)), len(_ids(batches)), whole) == (wanted, len(wanted), True)
    assert all(batch.deleted is None for batch in batches)
    states = [(index, batch.state) for index, batch in enumerate(batches) if batch.state]
    assert len(states) >= 2
    for index, state in states:
        rest, begins = _read(source, span, state)
        assert (set(_ids(rest)), begins) == (wanted - set(_ids(batches[: index + 1])), False)
    other, begins = _read(source, Span(_at(400), _at(410)), states[0][1])
    assert (len(_ids(other)) <= 10, begins) == (True, True)


def test_span_when_the_object_has_no_such_field_or_the_bounds_are_numbers_then_is_refused(
    emulator: Emulator, open_source: Any
) -> None:
    source = open_source()
    moments = Span(_at(0), _at(1))
    with pytest.raises(BackfillRefused, match="no field that tells"), source.read_span("CaseStatus", moments, {}, None):
        pass
    numbers = Span(Decimal(1), Decimal(2))
    with pytest.raises(BackfillRefused, match="SystemModstamp"), source.read_span("Account", numbers, {}, None):
        pass
