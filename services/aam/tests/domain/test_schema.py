"""Fingerprints: blind to order and spelling, awake to every change."""

from aam.domain.schema import Column, compare, fingerprint
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = st.lists(
    st.builds(Column, st.text(max_size=8), st.sampled_from(["text", "int64", "numeric(10,2)"]), st.booleans()),
    unique_by=lambda column: column.name,
    max_size=8,
)


@given(COLUMNS, st.randoms())
def test_fingerprint_when_columns_are_reordered_then_is_the_same(columns: list[Column], random: object) -> None:
    shuffled = list(columns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random as object
    assert fingerprint(shuffled) == fingerprint(columns)
    assert not compare(columns, shuffled)


@given(COLUMNS, COLUMNS)
def test_fingerprint_when_shapes_differ_then_differs_and_the_difference_is_named(
    before: list[Column], after: list[Column]
) -> None:
    assert (fingerprint(before) == fingerprint(after)) == (not compare(before, after))


def test_fingerprint_when_only_spelling_or_comment_differs_then_is_the_same() -> None:
    spelled = [Column("a", "large_string"), Column("b", "integer", comment="new"), Column("c", "varchar(20)")]
    plain = [Column("a", "text"), Column("b", "int32"), Column("c", "string")]
    assert fingerprint(spelled) == fingerprint(plain)


def test_compare_when_columns_come_go_and_change_then_tells_each() -> None:
    diff = compare([Column("a", "int32"), Column("b")], [Column("a", "int64", False), Column("c")])
    assert str(diff) == "added c; removed b; a changed from int32 to int64 not null"
