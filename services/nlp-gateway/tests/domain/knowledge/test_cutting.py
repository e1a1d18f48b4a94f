"""Passages: exact places, bounded sizes, nothing lost."""

import string

from hypothesis import given
from hypothesis import strategies as st
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.cutting import PASSAGE_CHARS, assemble

TEXTS = st.text(alphabet=string.ascii_letters + " .!?\n\t…。ß", max_size=3000)
BLOCKS = st.builds(
    Block,
    st.lists(st.sampled_from(["One", "Two", "Three"]), max_size=3).map(tuple),
    TEXTS,
    st.sampled_from(["", "name | price"]),
)


@given(st.lists(BLOCKS, max_size=6))
def test_assemble_when_given_any_blocks_then_places_are_exact_and_nothing_is_lost_or_doubled(
    blocks: list[Block],
) -> None:
    text, cuts = assemble(blocks)
    assert [cut.ordinal for cut in cuts] == list(range(len(cuts)))
    end = 0
    for cut in cuts:
        assert text[cut.start : cut.end] == cut.text
        assert cut.text == cut.text.strip()
        assert 0 < len(cut.text) <= PASSAGE_CHARS
        assert cut.start >= end
        end = cut.end
    assert "".join("".join(cut.text.split()) for cut in cuts) == "".join("".join(one.text.split()) for one in blocks)


def test_assemble_when_sentences_fit_then_passages_end_where_they_do() -> None:
    sentence = "This sentence has forty-one characters!! "
    _, cuts = assemble([Block(("Guide",), sentence * 60)])
    assert len(cuts) == 3
    assert all(cut.text.endswith("!!") and len(cut.text) > PASSAGE_CHARS - len(sentence) for cut in cuts[:-1])


def test_assemble_when_headings_change_then_no_passage_reaches_over_them() -> None:
    blocks = [Block(("A",), "One."), Block(("A",), "Two."), Block(("A", "B"), "Three."), Block((), "Four.")]
    text, cuts = assemble(blocks)
    assert [(cut.headings, cut.text) for cut in cuts] == [
        (("A",), "One.\n\nTwo."),
        (("A", "B"), "Three."),
        ((), "Four."),
    ]
    assert text == "A\n\nOne.\n\nTwo.\n\nB\n\nThree.\n\nFour.\n\n"


def test_assemble_when_a_table_is_long_then_each_part_of_it_has_the_header_above() -> None:
    rows = "\n".join(f"row {number} | {'x' * 40}" for number in range(60))
    text, cuts = assemble([Block(("Prices",), rows, "name | price")])
    assert len(cuts) > 2
    assert {cut.headings for cut in cuts} == {("Prices", "name | price")}
    assert text.startswith("Prices\n\nname | price\nrow 0")
    assert all(cut.text.startswith("row ") and cut.text.endswith("x") for cut in cuts)
