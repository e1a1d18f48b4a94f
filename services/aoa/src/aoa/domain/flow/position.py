"""Where a viewer is: the last entry it saw of each layer's stream."""

import re
from dataclasses import dataclass, replace

from aos_common.errors import InvalidRequest

LAYERS = ("aam", "dcl", "agent")
Entry = tuple[int, int]
"""Milliseconds since the epoch, and a number within them, as Valkey numbers entries."""
_TEXT = re.compile(r"\d{1,16}-\d{1,16}(?:\.\d{1,16}-\d{1,16}){2}", re.ASCII)


@dataclass(frozen=True)
class Position:
    """One entry a layer, in the order of `LAYERS`; what a viewer sends as `Last-Event-ID`."""

    entries: tuple[Entry, Entry, Entry] = ((0, 0), (0, 0), (0, 0))

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read `ms-n.ms-n.ms-n`; raise InvalidRequest when it is something else."""
        if not _TEXT.fullmatch(text):
            raise InvalidRequest("That is no position in the flow.", hint="Use the id of an event, or none.")
        first, second, third = (tuple(map(int, part.split("-"))) for part in text.split("."))
        return cls(((first[0], first[1]), (second[0], second[1]), (third[0], third[1])))

    def __str__(self) -> str:
        return ".".join(f"{moment}-{number}" for moment, number in self.entries)

    def moved(self, layer: int, entry: Entry) -> "Position":
        """The position after an entry of a layer."""
        a, b, c = (entry if index == layer else old for index, old in enumerate(self.entries))
        return replace(self, entries=(a, b, c))

    def behind(self, other: "Position") -> bool:
        """Tell whether something of any layer lies between this and the other."""
        return any(mine < theirs for mine, theirs in zip(self.entries, other.entries, strict=True))
