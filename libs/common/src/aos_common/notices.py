"""Word of work that was committed, so that loops need not look for it all the time.

Who publishes an event has a relay in the same process, which is told after the commit. Jobs are run elsewhere: there
PostgreSQL's NOTIFY tells when their transaction commits. (Not for events: a commit with a notice waits for all others
of the server, and each call that writes publishes its audit.) Nothing is lost with a notice that nobody hears: every
loop looks for itself now and then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog

__all__ = ["JOB_ADDED", "POLL_SECONDS", "Notices", "Waiting"]

log = structlog.get_logger()

JOB_ADDED = "pg_notify(current_schema() || '.jobs', '')"
"""SQL of the notice; an expression, e.g. after RETURNING."""
POLL_SECONDS = 0.25
"""Between two looks for jobs while nobody listens: through a transaction pooler, or while the connection is down."""
QUIET_SECONDS = 1.0
"""Between two looks otherwise, for what falls due without a notice: retries, leases that ended, appointments."""
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 2.0

_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Waiting:
    """Where one loop waits."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds, self._told = seconds, asyncio.Event()

    def tell(self) -> None:
        """End the wait under way, or the next one."""
        self._told.set()

    async def wait(self) -> None:
        """Wait until told since the last wait, or until it is time to look anyway."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds()):
                await self._told.wait()
        self._told.clear()


class Notices:
    """Tells a process's loops; hears of jobs once it is run, on a connection of its own.

    `connect` opens it; None where sessions are not one's own, so that nothing can be heard.
    """

    def __init__(self, schema: str, connect: Callable[[], Awaitable[asyncpg.Connection]] | None) -> None:
        self._name, self._connect = f"{schema}.jobs", connect
        self._events: list[Waiting] = []
        self._jobs: list[Waiting] = []
        self.listening = False

    def of_events(self) -> Waiting:
        """Where to wait for events that this process has published."""
        self._events.append(Waiting(lambda: QUIET_SECONDS))
        return self._events[-1]

    def of_jobs(self) -> Waiting:
        """Where to wait for jobs of the schema."""
        self._jobs.append(Waiting(lambda: QUIET_SECONDS if self.listening else POLL_SECONDS))
        return self._jobs[-1]

    def published(self) -> None:
        """Tell that events were committed."""
        for waiting in self._events:
            waiting.tell()

    async def run(self) -> None:
        """Listen until cancelled, again after a broken connection."""
        while self._connect is not None:
            try:
                await self._listen(await self._connect())
            except _ERRORS as error:
                log.warning("notices.not_heard", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        await asyncio.Event().wait()

    async def _listen(self, connection: asyncpg.Connection) -> None:
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(self._name, lambda *_: self._added())
            self.listening = True
            self._added()  # what was added before
            await ended.wait()
        finally:
            self.listening = False
            with suppress(*_ERRORS):
                await connection.close(timeout=CLOSE_SECONDS)

    def _added(self) -> None:
        for waiting in self._jobs:
            waiting.tell()
