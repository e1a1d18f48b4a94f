from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aod.domain.errors import DataSetUnreadable, FindingDecided, NothingReadable, UnknownDataSet
from aod.domain.finding import DataSet, Finding, FindingState
from aod.domain.location import PlaceKind, parse_location
from aod.domain.scan import finding_id_of

GOOD, BROKEN = DataSet("a.csv", "csv", 1, 1), DataSet("b.csv", "csv", -1, 1, "b.csv: empty.")


def _finding(*data_sets: DataSet, state: FindingState = FindingState.OPEN) -> Finding:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    kind = PlaceKind.FOLDER
    return Finding(uuid4(), "crm", kind, "/crm", 0.5, (), state, made, "c1", "junk", data_sets)


def test_choose_when_nothing_is_named_then_every_readable_one() -> None:
    assert _finding(GOOD, BROKEN).choose([]) == ["a.csv"]


def test_choose_when_named_then_those_once_each() -> None:
    assert _finding(GOOD, BROKEN).choose(["a.csv", "a.csv"]) == ["a.csv"]


@pytest.mark.parametrize(
    ("finding", "names", "error", "told"),
    [
        (_finding(GOOD), ["c.csv"], UnknownDataSet, "c.csv"),
        (_finding(GOOD, BROKEN), ["b.csv"], DataSetUnreadable, "empty"),
        (_finding(BROKEN), [], NothingReadable, "crm"),
        (_finding(), [], NothingReadable, "crm"),
    ],
)
def test_choose_when_it_cannot_be_connected_then_the_error_says_why(
    finding: Finding, names: list[str], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        finding.choose(names)
    assert vars(caught.value)["hint"]


@pytest.mark.parametrize(("state", "told"), [(FindingState.APPROVED, "c1"), (FindingState.REJECTED, "junk")])
def test_refuse_when_decided_then_it_says_how(state: FindingState, told: str) -> None:
    with pytest.raises(FindingDecided, match=told):
        _finding(GOOD, state=state).refuse_decided()


def test_id_when_the_place_is_the_same_then_it_is_the_same_for_a_tenant_alone() -> None:
    one, other = UUID(int=1), UUID(int=2)
    first = finding_id_of(one, parse_location("postgresql://ann:x@host/db"))
    assert first == finding_id_of(one, parse_location("postgres://bo:y@HOST:5432/db"))
    assert first != finding_id_of(other, parse_location("postgresql://ann:x@host/db"))
    assert first != finding_id_of(one, parse_location("postgresql://ann:x@host/db2"))
