"""Where a reading of many files as one stream stands: what is read of which content, and how many records that were."""

from dataclasses import dataclass, field, replace
from typing import Any

from aam.ports import Json

GROUP = "group"
SHA256 = 64


@dataclass(frozen=True)
class Seen:
    """The content of one file when it was read."""

    version: str
    size: int
    sha256: str

    def same(self, other: "Seen") -> bool:
        """Whether the content is the same, whatever the place calls it."""
        return (self.size, self.sha256) == (other.size, other.sha256)

    def stored(self) -> list[Any]:
        """For a cursor."""
        return [self.version, self.size, self.sha256]


@dataclass(frozen=True)
class Position:
    """`done` are files read to their end, `rows` records in all; of `name` the first `after` are read too."""

    done: dict[str, Seen] = field(default_factory=dict)
    rows: int = 0
    name: str = ""
    content: Seen | None = None
    after: int = 0

    def inside(self, name: str, content: Seen, after: int) -> "Position":
        """The place after so many records of a file."""
        return replace(self, name=name, content=content, after=after)

    def behind(self, name: str, content: Seen, records: int) -> "Position":
        """The place at the end of a file."""
        return Position({**self.done, name: content}, self.rows + records)

    def stored(self) -> dict[str, Any]:
        """As a cursor."""
        done = {name: seen.stored() for name, seen in self.done.items()}
        at = [self.name, *self.content.stored(), self.after] if self.content else []
        return {GROUP: {"done": done, "rows": self.rows, "at": at}}


def position_of(cursor: Json) -> Position:
    """The place that a cursor holds; the beginning when it holds none that this connector could have given."""
    match cursor.get(GROUP):
        case {"done": dict(done), "rows": int(rows), "at": list(at), **rest} if not rest and len(cursor) == 1:
            seen = {str(name): _seen(one) for name, one in done.items()}
            inside = _seen(at[1:4]) if len(at) == 5 else None
            whole = all(seen.values()) and (not at or (inside is not None and type(at[4]) is int and at[4] > 0))
            if not whole or rows < 0 or (not done and not at):
                return Position()
            known = {name: one for name, one in seen.items() if one is not None}
            return Position(known, rows, str(at[0]) if at else "", inside, at[4] if at else 0)
        case _:
            return Position()


def _seen(stored: Any) -> Seen | None:
    match stored:
        case [str(version), int(size), str(digest)] if type(size) is int and len(digest) == SHA256:
            return Seen(version, size, digest)
        case _:
            return None
