"""Where a reading stands, and what it has seen since then; the JSON of a stream's cursor."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

MAX_SEEN = 5_000
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[A-Za-z0-9]{15,18}|")


def stamp_of(moment: datetime) -> str:
    """A moment as SOQL literal; of fixed width, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def moment_of(stamp: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(stamp)


@dataclass(frozen=True)
class Position:
    """After the record (`stamp`, `id`) in the order of both; with an empty id, from the stamp on.

    `seen` are records (id, stamp) after that place that were read already. Where an object has no cursor field, stamp
    is empty and the order is that of the ids.
    """

    stamp: str = ""
    id: str = ""
    seen: frozenset[tuple[str, str]] = frozenset()

    def state(self, cursor: str, organisation: str) -> dict[str, Any]:
        """The JSON from which `position_of` gives this back."""
        seen = [list(one) for one in sorted(self.seen)]
        place = {"of": organisation, "field": cursor, "after": self.stamp, "id": self.id}
        return {**place, "seen": seen} if seen else place


def position_of(state: Mapping[str, Any], cursor: str, organisation: str, now: datetime) -> Position | None:
    """The position of a saved cursor; None, which reads everything, when it is not one of this stream.

    It is not after somebody reconnected to another organisation, whose changes have nothing to do with these.
    """
    stamp, id_, seen = state.get("after"), state.get("id"), state.get("seen", [])
    if state.get("of") != organisation:
        return None
    if state.get("field") != cursor or not isinstance(stamp, str) or not isinstance(id_, str):
        return None
    if not ID.fullmatch(id_) or not (STAMP.fullmatch(stamp) if cursor else (stamp == "" and id_)):
        return None
    try:
        if cursor and moment_of(stamp) > now + timedelta(days=1):
            return None
        pairs = frozenset((str(one), str(at)) for one, at in seen)
    except (TypeError, ValueError):
        return None
    return Position(stamp, id_, pairs)


@dataclass
class Trail:
    """What was read so far: the newest record, and those so new that the next reading looks at their time again.

    Changes made before `settled` are all visible by now; later ones may come with an earlier stamp, so the position
    never goes beyond it. More than `MAX_SEEN` such records are not remembered but read twice, which changes nothing:
    they carry the same version.
    """

    settled: str
    newest: str = ""
    recent: set[tuple[str, str]] = field(default_factory=set)
    crowded: bool = False

    def note(self, records: Iterable[tuple[str, str]]) -> None:
        """Remember records (id, stamp)."""
        for id_, stamp in records:
            self.newest = max(self.newest, stamp)
            if stamp >= self.settled and not self.crowded:
                self.recent.add((id_, stamp))
        if len(self.recent) > MAX_SEEN:
            self.recent.clear()
            self.crowded = True

    def after(self, stamp: str, id_: str) -> Position:
        """The position just after a record, all before it having been read."""
        return Position(stamp, id_) if stamp < self.settled else Position(self.settled, "", frozenset(self.recent))

    def end(self, start: Position | None) -> Position | None:
        """The position after everything; where it began when there was nothing."""
        if not self.newest:
            return start
        if self.newest >= self.settled:
            return self.after(self.newest, "")
        return Position(stamp_of(moment_of(self.newest) + timedelta(milliseconds=1)))
