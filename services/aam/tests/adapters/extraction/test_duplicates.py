"""Keys in ascending order cannot repeat: found without looking at all of them again."""

from itertools import pairwise

import pyarrow as pa
import pytest
from aam.adapters.extraction.duplicates import Ascending
from hypothesis import given
from hypothesis import strategies as st

KEYS = st.lists(
    st.lists(st.one_of(st.integers(-20, 120).map(str), st.sampled_from(["a", "b", "ab", "01", "1.0"])), max_size=4)
)


def _holds(batches: list[list[str]]) -> bool:
    ascending = Ascending()
    for keys in batches:
        ascending.add(pa.chunked_array([pa.array(keys, pa.string())]))
    return ascending.holds


@pytest.mark.parametrize(
    ("batches", "holds"),
    [
        ([["9", "10"], [], ["100"]], True),
        ([["a", "b"], ["ba", "c"]], True),
        ([["10", "9"]], False),
        ([["1", "2"], ["2", "3"]], False),
        ([["1", "2"], ["1"]], False),
        ([["1", "01"]], False),
        ([["1", "2"], ["a"]], False),
        ([["a"], ["A"]], False),
        ([[str(2**63 - 1)], [str(2**63)]], False),
        ([], True),
    ],
)
def test_ascending_when_keys_come_then_tells_whether_each_is_above_the_last(
    batches: list[list[str]], holds: bool
) -> None:
    assert _holds(batches) is holds


@given(KEYS)
def test_ascending_when_it_holds_then_no_key_is_repeated(batches: list[list[str]]) -> None:
    keys = [key for batch in batches for key in batch]
    if _holds(batches):
        assert len(set(keys)) == len(keys)
    assert not any(first == second for first, second in pairwise(keys)) or not _holds(batches)
