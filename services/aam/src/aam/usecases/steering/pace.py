"""Hold the readings of one run to a number of rows a second."""

import threading
import time

from aam.ports import Pace, Progress

LOOK_SECONDS = 0.2


def pace(rows_per_second: int) -> Pace | None:
    """What every reading of the run calls after a batch; None without a limit.

    It waits until the rows that all of them have read so far are due, or the reading is told to stop.
    """
    return _Pace(rows_per_second) if rows_per_second else None


class _Pace:
    def __init__(self, rows_per_second: int) -> None:
        self._rows_per_second = rows_per_second
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def __call__(self, rows: int, progress: Progress) -> None:
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + rows / self._rows_per_second
            until = self._free_at
        while not progress.cancelled and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_SECONDS))
