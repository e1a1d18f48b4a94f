"""Log files: their last lines, and their bound."""

import asyncio
import os
import shutil
from pathlib import Path

_LIMIT_BYTES = 32 * 1024 * 1024
_CHECK_SECONDS = 30.0
_BLOCK = 64 * 1024
_TAIL_BYTES = 4 * 1024 * 1024


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, or an empty text when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as handle:
        start = handle.seek(0, os.SEEK_END)
        data, found = b"", 0
        while start and found <= lines and len(data) < _TAIL_BYTES:
            step = min(start, _BLOCK)
            start = handle.seek(start - step)
            data = handle.read(step) + data
            found = data.count(b"\n")
            handle.seek(start)
    return "\n".join(data.decode("utf-8", "replace").splitlines()[-lines:])


def bound(folder: Path, limit: int = _LIMIT_BYTES) -> None:
    """Move what is in a log larger than `limit` bytes to `<name>.log.1`; one such older part is kept."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            # The writers append, so they go on at the new end.
            os.truncate(log, 0)


async def keep_bounded(folder: Path) -> None:
    """Look after the logs in `folder` until cancelled."""
    while True:
        await asyncio.to_thread(bound, folder)
        await asyncio.sleep(_CHECK_SECONDS)
