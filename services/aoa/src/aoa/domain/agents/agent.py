"""What an agent is: a name, the views it reads, and checks that ask questions and return findings."""

from collections.abc import Callable
from dataclasses import dataclass

from aoa.domain.finding import Finding
from aoa.domain.question import Asking, Sizes

Examine = Callable[[], Asking[list[Finding]]]


@dataclass(frozen=True)
class Check:
    """One question to the company's records; it is asked only when every view it needs has rows."""

    name: str
    needs: tuple[str, ...]
    examine: Examine


@dataclass(frozen=True)
class Agent:
    """A reader of views with an eye for one trade."""

    name: str
    description: str
    checks: tuple[Check, ...]

    @property
    def consumes(self) -> tuple[str, ...]:
        """The views it reads."""
        return tuple(dict.fromkeys(view for check in self.checks for view in check.needs))

    def askable(self, sizes: Sizes) -> tuple[list[Check], list[str]]:
        """The checks that have rows to look at, and the views whose emptiness kept the others from being asked."""
        ready = [check for check in self.checks if not any(sizes.empty(view) for view in check.needs)]
        return ready, [view for view in self.consumes if sizes.empty(view)]
