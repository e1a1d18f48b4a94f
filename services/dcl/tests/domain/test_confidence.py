from dcl.domain.confidence import UNDECIDED, Tier, field_confidence, pair_confidence, tier_of
from hypothesis import given
from hypothesis import strategies as st

shares = st.floats(0, 1)


@given(shares, shares, shares)
def test_confidence_when_evidence_or_margin_grows_then_never_falls(evidence: float, rival: float, more: float) -> None:
    assert 0 < pair_confidence(evidence, rival) < 1
    assert pair_confidence(max(evidence, more), rival) >= pair_confidence(evidence, rival)
    assert pair_confidence(evidence, max(rival, more)) <= pair_confidence(evidence, rival)


def test_confidence_when_the_reading_is_undecided_then_is_left_to_a_person() -> None:
    assert field_confidence(0.99, 1.0, certain=False) == UNDECIDED
    assert tier_of(UNDECIDED) is Tier.QUEUE


def test_tier_when_at_its_bound_then_is_the_higher_one() -> None:
    assert [tier_of(value) for value in (0.85, 0.849, 0.6, 0.599)] == [Tier.AUTO, Tier.QUEUE, Tier.QUEUE, Tier.REJECT]
