"""A tenant's newest events, and whether a viewer that comes back has missed some."""

from datetime import UTC, datetime

import pytest
from aoa.domain.flow import FlowRecord, Position, TenantLog
from aos_common.errors import InvalidRequest

START = Position()


def _record(name: str) -> FlowRecord:
    return FlowRecord(name, datetime(2026, 1, 1, tzinfo=UTC), "aam", "event_ingested", "success", name, None, (), "")


def _names(log: TenantLog, position: Position) -> list[str] | None:
    after = log.after(position)
    return None if after is None else [told.record.event_id for told in after]


def test_position_when_written_and_read_then_is_the_same() -> None:
    position = START.moved(1, (1700000000000, 3)).moved(2, (1700000000001, 0))
    assert Position.parse(str(position)) == position


@pytest.mark.parametrize("text", ["", "1-1", "1-1.2-2", "a-1.2-2.3-3", "1-1.2-2.3-3.4-4", "-1.2-2.3-3", "1-1.2-2.٣-3"])
def test_position_when_it_is_something_else_then_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="position"):
        Position.parse(text)


def test_log_when_a_viewer_comes_back_then_it_gets_what_came_after_on_every_layer() -> None:
    log = TenantLog(START)
    first = log.add(0, (10, 0), _record("a"))
    log.add(1, (5, 0), _record("b"))  # another stream's clock is behind
    log.add(0, (10, 1), _record("c"))
    assert _names(log, START) == ["a", "b", "c"]
    assert _names(log, first.position) == ["b", "c"]
    assert _names(log, log.position) == []


def test_log_when_it_is_full_then_those_who_missed_what_is_gone_are_told() -> None:
    log = TenantLog(START, most=2)
    told = [log.add(0, (number, 0), _record(str(number))) for number in range(1, 5)]
    assert _names(log, told[0].position) is None, "2 is gone and was not seen"
    assert _names(log, told[1].position) == ["3", "4"]
    assert [one.record.event_id for one in log.newest(1)] == ["4"]
    assert [one.record.event_id for one in log.newest(9)] == ["4", "3"]


def test_log_when_it_began_later_than_a_viewer_left_then_the_viewer_is_told() -> None:
    log = TenantLog(START.moved(0, (100, 0)))
    assert _names(log, START) is None
