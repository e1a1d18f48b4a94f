"""How much of the organisation's API requests a reading may use."""

import re
import threading
import time
from collections.abc import Callable

from aam.domain.errors import Fault, SourceError

FRESH_SECONDS = 300.0
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class Budget:
    """Counts this run's requests and knows the organisation's, from the header `Sforce-Limit-Info` of every answer.

    What is older than five minutes is not held against a request: it brings the news.
    """

    def __init__(self, organisation: int, run: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._organisation, self._run, self._clock = organisation, run, clock
        self._lock = threading.Lock()
        self._own = self._used = self._limit = 0
        self._noted = clock()

    def spend(self) -> None:
        """Count one request; raise a transient `SourceError` when it would be one too many."""
        with self._lock:
            self._refuse()
            self._own += 1

    def note(self, header: str) -> None:
        """Take over what an answer says of the organisation's requests."""
        if match := _USAGE.search(header):
            with self._lock:
                self._used, self._limit, self._noted = int(match[1]), int(match[2]), self._clock()

    def _refuse(self) -> None:
        if not self._limit or self._clock() - self._noted > FRESH_SECONDS:
            return
        used = f"{self._used} of {self._limit} API requests of the last 24 hours are used"
        if self._used * 100 >= self._limit * self._organisation:
            raise _stopped(f"{used}; this connection stops at {self._organisation} %.", "organisation_budget_percent")
        if self._own * 100 >= self._limit * self._run:
            told = f"This run has used {self._own} of the organisation's {self._limit} API requests a day; "
            raise _stopped(f"{told}it stops at {self._run} %.", "run_budget_percent")


def _stopped(message: str, setting: str) -> SourceError:
    return SourceError(
        message,
        hint=f"Sync again when requests are free again; choose fewer objects, or raise {setting}.",
        fault=Fault.TRANSIENT,
        reason="SOURCE_BUDGET_SPENT",
    )
