"""Checks of discovery, shapes and keys."""

from aam.adapters.conformance.subject import Subject, opened, same, take
from aam.domain.schema import Column, fingerprint, normal_type


def discover_is_complete_and_stable(subject: Subject) -> str:
    """Two discoveries are equal and sorted, hold the stream, and tell columns, key and cursors right."""
    first, second = opened(subject).discover(), opened(subject).discover()
    assert first == second, "two discoveries differ"
    names = [one.name for one in first]
    assert names == sorted(set(names)), "names repeat, or are not sorted"
    for one in first:
        assert (one.schema is None) == bool(one.error), f"{one.name} is neither readable nor refused"
    found = next((one for one in first if one.name == subject.stream), None)
    assert found is not None, "the stream is missing"
    assert found.schema is not None, found.error
    columns = found.schema.names
    assert len(set(columns)) == len(columns), "column names repeat"
    assert found.schema.primary_key == subject.primary_key, f"the key is {found.schema.primary_key}"
    used = {*found.schema.primary_key, *found.cursors, *filter(None, [found.schema.cursor])}
    assert used <= set(columns), "key or cursor is no column"
    return f"{len(first)} streams"


def every_batch_has_the_declared_shape(subject: Subject) -> str:
    """Names, types and nulls of every batch are those of the reading's schema, which is the discovered one."""
    found = next(one for one in opened(subject).discover() if one.name == subject.stream)
    taken = take(opened(subject), subject.stream, {})
    assert found.schema is not None, found.error
    assert fingerprint(found.schema.columns) == fingerprint(taken.schema.columns), "discovered and read shapes differ"
    assert taken.batches, "no batch came"
    for batch in taken.batches:
        assert batch.data.schema.names == taken.schema.names, "columns differ"
        assert batch.data.schema.equals(taken.batches[0].data.schema), "two batches differ"
        assert len(batch.rows) == batch.data.num_rows, "rows without a record number"
        for column, field in zip(taken.schema.columns, batch.data.schema, strict=True):
            _matches(subject, column, str(field.type))
            assert column.nullable or batch.data.column(column.name).null_count == 0, f"{column.name} has nulls"
    return f"{len(taken.schema.columns)} columns, {len(taken.batches)} batches"


def _matches(subject: Subject, column: Column, carried: str) -> None:
    declared = subject.carriers.get(column.type, normal_type(column.type))
    fits = normal_type(carried) == normal_type(declared)
    assert fits, f"{column.name} is declared {column.type} and comes as {carried}"


def every_record_is_read_exactly(subject: Subject) -> str:
    """Every record at the source is read once, with the very values it has."""
    rows = take(opened(subject), subject.stream, {}).rows
    expected = subject.expected()
    names = list(expected[0])
    read = sorted(same({name: row[name] for name in names}) for row in rows)
    assert read == sorted(same(row) for row in expected), "records are missing, doubled or different"
    return f"{len(rows)} records"


def the_key_is_never_null_and_never_twice(subject: Subject) -> str:
    """Every row has all of its key, and no other row has the same."""
    if not subject.primary_key:
        return "declares no key"
    rows = take(opened(subject), subject.stream, {}).rows
    keys = [tuple(row[name] for name in subject.primary_key) for row in rows]
    assert all(part is not None for key in keys for part in key), "a key is null"
    assert len(set(keys)) == len(keys), "a key repeats"
    return ", ".join(subject.primary_key)
