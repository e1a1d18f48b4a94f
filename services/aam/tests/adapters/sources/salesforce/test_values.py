"""Pages of the Bulk API as batches, however large their records are."""

import pyarrow as pa
import pytest
from aam.adapters.sources.salesforce.catalog import SObject
from aam.adapters.sources.salesforce.reading.values import BLOCK_BYTES, RECORD_BYTES, from_csv
from aam.domain.errors import SourceError

NOTE = SObject(
    name="Note",
    label="Note",
    fields={"Id": pa.string(), "Body": pa.string(), "Number": pa.int64()},
    comments={},
    required=frozenset({"Id"}),
    cursors=(),
    has_deleted=False,
)
ROWS = 60_000


def page(large: int, size: int) -> pa.Buffer:
    """Rows of which one has a text of that size, all texts with quotes and line ends within."""
    bodies = ('""\n' * ((size if number == large else 90) // 3) for number in range(ROWS))
    lines = (f'"{number:06}","{body}","{number}"\n' for number, body in enumerate(bodies))
    return pa.py_buffer("".join(['"Id","Body","Number"\n', *lines]).encode())


@pytest.mark.parametrize("large", [0, 7, 9_000, 50_000, ROWS - 1])
@pytest.mark.parametrize("size", [90, BLOCK_BYTES - 500, BLOCK_BYTES, 5 * BLOCK_BYTES, RECORD_BYTES - 500])
def test_from_csv_when_a_record_is_large_then_every_row_is_given_once(large: int, size: int) -> None:
    rows = pa.Table.from_batches(from_csv(NOTE, page(large, size)))
    assert rows["Number"].to_pylist() == list(range(ROWS))
    assert rows["Body"][large].as_py() == '"\n' * (size // 3)


def test_from_csv_when_a_record_is_larger_than_any_may_be_then_is_said() -> None:
    with pytest.raises(SourceError, match="larger than 16 MiB") as caught:
        list(from_csv(NOTE, page(7, 2 * RECORD_BYTES)))
    assert caught.value.reason == "SOURCE_TOO_LARGE"
