from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dcl.domain.matching.matcher import assign, match_tables
from dcl.domain.matching.model import Column, Matching, Table


def letters(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """A small deterministic encoder: counts of letters, as unit vectors."""
    counts = np.array([[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])
    unit: npt.NDArray[np.float32] = (counts + 1e-6) / np.linalg.norm(counts + 1e-6, axis=1, keepdims=True)
    return unit.astype(np.float32)


def names(*columns: str) -> Table:
    return Table("t", tuple(Column(column) for column in columns))


def found(matching: Matching) -> dict[str, str]:
    return {match.source_name: match.target_name for match in matching.assigned()}


def test_names_when_written_differently_then_match() -> None:
    matching = match_tables(
        names("cust_nm", "PostalCode", "phone"), names("telephone1", "customerName", "zip"), letters
    )
    assert found(matching) == {"cust_nm": "customerName", "PostalCode": "zip", "phone": "telephone1"}


def test_values_when_names_say_nothing_then_decide() -> None:
    mails = tuple(f"user{number}@mail.example" for number in range(40))
    prices = tuple(f"{number}.50" for number in range(40))
    source = Table("s", (Column("f1", values=mails), Column("f2", values=prices)))
    target = Table("t", (Column("g8", values=prices[5:]), Column("g9", values=mails[5:])))
    assert found(match_tables(source, target, letters)) == {"f1": "g9", "f2": "g8"}


def test_synonym_when_reviewed_then_wins_over_likeness() -> None:
    target = Table("t", (Column("owner_name", synonyms=("sales_agent",)), Column("sales_agency")))
    assert found(match_tables(names("sales_agent"), target, letters)) == {"sales_agent": "owner_name"}


def test_description_when_given_then_is_a_reason() -> None:
    target = Table("t", (Column("BYRV", description="annual revenue"), Column("XQ", description="postal code")))
    matching = match_tables(names("annual_revenue"), target, letters)
    assert found(matching) == {"annual_revenue": "BYRV"}
    assert "description" in {reason.signal for reason in matching.match(0, 0).reasons}


def test_assignment_when_two_want_one_then_is_one_to_one() -> None:
    assert assign(np.array([[0.9, 0.8], [0.9, 0.1]])) == {0: 1, 1: 0}


def test_matching_when_ranked_then_holds_every_pair_once_assignment_first() -> None:
    matching = match_tables(names("a_name", "b_date", "c_cost"), names("name", "date"), letters)
    ranked = matching.ranked()
    assert len({(source, target) for source, target, _ in ranked}) == len(ranked) == 6
    assert {source: target for source, target, _ in ranked[:2]} == matching.assignment
    scores = [score for _, _, score in ranked[2:]]
    assert scores == sorted(scores, reverse=True)
    assert (matching.scores >= 0).all()
    assert (matching.scores <= 1).all()


def test_reasons_when_given_then_their_weights_make_one() -> None:
    reasons = match_tables(names("name"), names("name"), letters).match(0, 0).reasons
    assert abs(sum(reason.weight for reason in reasons) - 1) < 1e-9


def test_names_when_empty_or_signs_only_then_still_score() -> None:
    matching = match_tables(names("", "%", "id"), names("#", "id"), letters)
    assert np.isfinite(matching.scores).all()
    assert matching.assignment[2] == 1
