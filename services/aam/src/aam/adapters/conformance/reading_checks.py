"""Checks of readings one after the other: equal ones, resumed ones, those from broken states, and changes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa

from aam.adapters.conformance.subject import Subject, Taken, opened, refused, same, stored, take
from aam.ports import Json

FOREIGN: tuple[Json, ...] = (
    {"content": "0:0"},
    {"column": "no_such_column", "after": "2024-01-01 00:00:00+00:00"},
    {"size": 1, "sha256": "0" * 64},
    {"collection": "another", "uuid": "0", "token": {"_data": "82"}, "time": [1, 1]},
    {"object": "Account", "after": "2024-01-01T00:00:00.000Z"},
)
"""Cursors of other connectors."""
GARBAGE: tuple[Any, ...] = (
    None,
    "garbage",
    "'; DROP TABLE x; --",
    -1,
    1 << 80,
    [],
    {},
    [[]],
    {"$oid": "x"},
    "\x00",
    True,
)


def sequential_readings_are_equal(subject: Subject) -> str:
    """Two whole readings of an unchanged source have the same rows, numbers and shape."""
    first, second = (take(opened(subject), subject.stream, {}) for _ in range(2))
    assert first.schema == second.schema, "the shapes differ"
    assert _rows(first) == _rows(second), "the rows differ"
    return f"{len(first.rows)} rows twice"


def simultaneous_readings_are_equal(subject: Subject) -> str:
    """Two readings through one source at the same time do not disturb each other, nor does one that is given up."""
    source = opened(subject)
    with source.read(subject.stream, {}) as read:
        next(iter(read.batches()))
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: take(source, subject.stream, {}), range(2))
    assert _rows(first) == _rows(second), "the rows differ"
    return "2 threads"


def reading_from_every_state_gives_exactly_the_rest(subject: Subject) -> str:
    """From the state of each batch, exactly the rows after that batch are read: none is lost, none doubled."""
    whole = take(opened(subject), subject.stream, {})
    assert len(whole.batches) >= subject.batches, f"only {len(whole.batches)} batches"
    rows = [same(row) for row in whole.rows]
    resumed = seen = 0
    for number, batch in enumerate(whole.batches, 1):
        seen += batch.data.num_rows
        if batch.state is None:
            continue
        rest = take(opened(subject), subject.stream, stored(batch.state))
        assert [same(row) for row in rest.rows] == rows[seen:], f"after batch {number} the rest differs"
        assert not rest.snapshot, "a resumed reading says it is whole"
        resumed += 1
    return f"{resumed} of {len(whole.batches)} batches" if resumed else "offers the end's cursor alone"


def broken_states_are_refused_or_read_everything(subject: Subject) -> str:
    """Garbage, another connector's cursor and one of a time to come give a clear error or a whole reading."""
    whole = take(opened(subject), subject.stream, {})
    count = tried = 0
    for broken in _broken(subject, whole):
        tried += 1
        taken, error = refused(partial(take, opened(subject), subject.stream, broken))
        if taken is None:
            assert error is not None
            assert error.hint, "refused without a hint"
            count += 1
            continue
        assert taken.snapshot, f"{broken} was taken for a place to resume"
        assert _equal(taken, whole), f"{broken} hid rows"
    return f"{tried} tried, {count} refused"


def _broken(subject: Subject, whole: Taken) -> Iterator[Json]:
    yield from FOREIGN
    states = [stored(batch.state) for batch in whole.batches if batch.state is not None]
    for cursor in filter(None, [whole.cursor, *states[:1]]):
        for name in cursor:
            yield from ({**cursor, name: garbage} for garbage in GARBAGE if garbage != cursor[name])
            if len(cursor) > 1:
                yield {other: value for other, value in cursor.items() if other != name}
        beyond = subject.beyond(cursor)
        if beyond:
            yield beyond


def reading_from_the_end_gives_nothing(subject: Subject) -> str:
    """Where nothing has changed, a reading from the end's cursor is unchanged or empty, again and again."""
    cursor = take(opened(subject), subject.stream, {}).cursor
    if not cursor:
        return "has no cursor: every reading is whole"
    for _ in range(2):
        again = take(opened(subject), subject.stream, cursor)
        assert not again.rows, "rows came though nothing changed"
        assert not again.gone, "records are gone though nothing changed"
        cursor = again.cursor
    return "unchanged" if again.unchanged else "empty"


def a_change_is_seen(subject: Subject) -> str:
    """A record that changed is in the next reading, as it is now, exactly once."""
    cursor = take(opened(subject), subject.stream, {}).cursor
    changed = subject.change()
    taken = take(opened(subject), subject.stream, cursor)
    now = [same({name: row[name] for name in changed}) for row in taken.rows]
    assert now.count(same(changed)) == 1, "the change is not seen once"
    return "whole reading" if taken.snapshot else f"{len(taken.rows)} rows read"


def a_deletion_is_seen(subject: Subject) -> str:
    """A record that was deleted is told gone, or missing in a whole reading."""
    cursor = take(opened(subject), subject.stream, {}).cursor
    removed = subject.remove()
    taken = take(opened(subject), subject.stream, cursor)
    if not taken.snapshot and not subject.sees_deletions:
        return "no: only whole readings tell"
    if taken.snapshot:
        left = [same({name: row[name] for name in removed}) for row in taken.rows]
        assert same(removed) not in left, "a deleted record is read"
        return "whole reading"
    key = {name: removed[name] for name in subject.primary_key}
    assert key in taken.gone, "the deletion is not told"
    return "told"


def the_source_is_not_written(subject: Subject) -> str:
    """Checking, discovering and reading leave the source as it was."""
    before = subject.content()
    source = opened(subject)
    source.check()
    source.discover()
    cursor = take(source, subject.stream, {}).cursor
    take(source, subject.stream, cursor)
    assert subject.content() == before, "the source has changed"
    return "same digest"


def _equal(one: Taken, other: Taken) -> bool:
    """Whether both have the same rows and numbers, in whatever order.

    Columns are compared first, which takes a thousandth of the time; where they differ, or hold what is not a number,
    the rows decide.
    """
    return _columns(one) == _columns(other) or sorted(_rows(one)) == sorted(_rows(other))


def _columns(taken: Taken) -> tuple[pa.Table, pa.ChunkedArray]:
    data = pa.Table.from_batches([batch.data for batch in taken.batches]) if taken.batches else pa.table({})
    return data, pa.chunked_array([batch.rows for batch in taken.batches], pa.int64())


def _rows(taken: Taken) -> list[str]:
    return [
        f"{number} {same(row)}"
        for batch in taken.batches
        for number, row in zip(batch.rows.to_pylist(), batch.data.to_pylist(), strict=True)
    ]
