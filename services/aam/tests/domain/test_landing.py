"""Names of batches: stable for the same batch, distinct for different ones, one segment a stream."""

from uuid import UUID

from aam.domain.landing import MAX_SEGMENT, BatchName, safe
from hypothesis import given
from hypothesis import strategies as st

CONNECTION, RUN = UUID(int=1), UUID(int=2)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_segment_when_made_of_any_name_then_is_one_bounded_safe_part(stream: str) -> None:
    segment = safe(stream)
    assert len(segment) <= MAX_SEGMENT
    assert "/" not in segment
    assert not segment.startswith(".")


@given(st.lists(st.text("ab./%# ", min_size=1), unique=True, max_size=20))
def test_segment_when_names_differ_then_differs(streams: list[str]) -> None:
    assert len({safe(stream) for stream in streams}) == len(streams)


def test_batch_when_named_twice_then_is_the_same_and_otherwise_not() -> None:
    batch = BatchName(CONNECTION, "a.csv", RUN, "x", 3)
    assert batch.batch_id == BatchName(CONNECTION, "a.csv", RUN, "other", 3).batch_id
    assert batch.batch_id != BatchName(CONNECTION, "a.csv", RUN, "x", 4).batch_id
    assert batch.canonical_key == f"canonical/{CONNECTION}/a.csv/{RUN}-x/000003.parquet"
