from dcl.domain.matching.model import Column
from dcl.domain.matching.profile import Profile, profile
from dcl.domain.matching.value_signals import category_signal, evidence, number_signal, overlap_signal


def seen(*values: str) -> Profile:
    return profile(Column("x", values=values))


def test_categories_when_one_side_lists_more_then_the_covered_side_counts() -> None:
    used, listed, other = (
        seen("Stage I", "Stage II"),
        seen("stage i", "stage ii", "stage iii", "unknown"),
        seen("red", "blue"),
    )
    signal = category_signal([used], [listed, other])
    assert signal.scores[0, 0] > 0.8
    assert signal.scores[0, 1] == 0


def test_overlap_when_only_small_numbers_are_shared_then_it_weighs_little() -> None:
    numbers, codes = seen("0", "1", "2", "3", "4"), seen("AX-1", "AX-2", "AX-3", "AX-4", "AX-5")
    signal = overlap_signal([numbers, codes], [numbers, codes])
    assert signal.scores[0, 0] == signal.scores[1, 1] == 1
    assert signal.weights[0, 0] < signal.weights[1, 1] / 2


def test_numbers_when_of_the_same_size_then_are_nearer_than_of_another() -> None:
    prices, others, years = (
        seen(*map(str, range(first, last))) for first, last in ((10, 60), (12, 70), (90_000, 90_050))
    )
    signal = number_signal([prices], [others, years])
    assert signal.scores[0, 0] > 0.7
    assert signal.scores[0, 1] < 0.1


def test_evidence_when_a_side_has_no_values_then_is_none() -> None:
    assert evidence([seen("a")], [seen()])[0, 0] == 0
