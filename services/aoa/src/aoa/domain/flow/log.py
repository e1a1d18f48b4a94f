"""The newest flow events of one tenant."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aoa.domain.flow.position import Entry, Position
from aoa.domain.flow.record import FlowRecord

KEPT = 1_000


class Signal(StrEnum):
    """What a viewer hears besides events."""

    MISSED = "missed"  # some events are gone: look at the newest ones again
    QUIET = "quiet"  # nothing happened for a while, and the connection is alive


@dataclass(frozen=True, eq=False)
class Told:
    """An event, its entry in its layer's stream, and the position of a viewer that has seen it."""

    record: FlowRecord
    layer: int
    entry: Entry
    position: Position


class TenantLog:
    """At most 1,000 events in the order in which they came; it knows what it no longer has."""

    def __init__(self, since: Position, most: int = KEPT) -> None:
        """Begin at `since`: what was before is not known here."""
        self.position = since
        self._lost = since
        self._told: deque[Told] = deque()
        self._most = most

    def add(self, layer: int, entry: Entry, record: FlowRecord) -> Told:
        """Add an event; the oldest makes room."""
        self.position = self.position.moved(layer, entry)
        told = Told(record, layer, entry, self.position)
        if len(self._told) >= self._most:
            oldest = self._told.popleft()
            self._lost = self._lost.moved(oldest.layer, oldest.entry)
        self._told.append(told)
        return told

    def after(self, position: Position) -> list[Told] | None:
        """What a viewer at this position has not seen; None when some of that is gone."""
        if position.behind(self._lost):
            return None
        return [told for told in self._told if told.entry > position.entries[told.layer]]

    def newest(self, most: int) -> Sequence[Told]:
        """The newest events, newest first."""
        return list(self._told)[: -most - 1 : -1]
