"""What the models were sent, and the faults they are asked to show."""

import json
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["Fault", "Recorded", "Recorder"]

MOST_REQUESTS = 10_000
KEY = "key-for-tests"


class Fault(StrEnum):
    """How an answer goes wrong."""

    UNAUTHORIZED = "unauthorized"
    LIMITED = "limited"
    BROKEN = "broken"
    STALL = "stall"
    CUT = "cut"
    MALFORMED = "malformed"
    INVENT = "invent"


@dataclass(frozen=True)
class Recorded:
    """One request as it came, with the body's bytes; the key is not kept."""

    vendor: str
    path: str
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body, read."""
        return json.loads(self.body)


@dataclass
class Recorder:
    """Keeps requests, and plans faults: each of `faults` spoils one answer, `always` every one after them."""

    key: str = KEY
    requests: deque[Recorded] = field(default_factory=lambda: deque(maxlen=MOST_REQUESTS))
    faults: deque[Fault] = field(default_factory=lambda: deque(maxlen=MOST_REQUESTS))
    always: Fault | None = None
    retry_after: str = "0"
    stall_seconds: float = 60.0

    def take(self, vendor: str, path: str, body: bytes, key: str) -> Fault | None:
        """Note a request; return how its answer is to go wrong."""
        self.requests.append(Recorded(vendor, path, body))
        if key != self.key:
            return Fault.UNAUTHORIZED
        return self.faults.popleft() if self.faults else self.always
