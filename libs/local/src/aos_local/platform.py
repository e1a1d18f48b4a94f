"""The platform from outside: start it, stop it, ask how it is."""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from aos_common.errors import DomainError, Kind

from aos_local.backing import postgres
from aos_local.processes import state as record
from aos_local.processes.logs import tail
from aos_local.processes.process import Child, Launch, start, stop
from aos_local.processes.state import AlreadyRunning, Phase, PlatformState
from aos_local.secrets import SecretStore
from aos_local.settings import LocalSettings
from aos_local.stack.ports import PortBook

Progress = Callable[[PlatformState], None]
_POLL = 0.1
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0


class PlatformNotStarted(DomainError):
    """The platform did not come up; nothing of it runs."""

    reason = "PLATFORM_NOT_STARTED"
    kind = Kind.UNAVAILABLE


class Platform:
    """The embedded platform of one folder; `environment` (default: the process's own) carries the settings."""

    def __init__(self, home: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)
        self.settings = LocalSettings.read(self._environment, home)
        self._child: Child | None = None

    def start(self, progress: Progress = lambda _: None, *, outlive_me: bool = True) -> PlatformState:
        """Start everything and return when all is ready, telling `progress` about each change.

        With `outlive_me` the platform goes on when this process ends; without, call it from a thread that lives as long
        as the platform should. Raises AlreadyRunning, PlatformNotStarted.
        """
        home = self.settings.home
        home.create()
        found = self.state()
        if found is not None and found.alive():
            raise AlreadyRunning(
                f"The platform is running already (process {found.supervisor.pid}).",
                hint="Look at it with 'aos status', or end it with 'aos down'.",
            )
        self._sweep(found)
        log = home.log("supervisor")
        log.unlink(missing_ok=True)
        self._child = start(
            Launch(
                [sys.executable, "-m", "aos_local.supervisor", "--home", str(home.root)],
                self._environment,
                log,
                death_signal=None if outlive_me else signal.SIGTERM,
            )
        )
        return self._until_running(self._child, progress)

    def stop(self) -> bool:
        """End everything that was started in this folder; False when nothing ran."""
        found = self.state()
        ran = found is not None and found.alive()
        if found is not None:
            stop(found.supervisor, signal.SIGTERM, _STOP_SECONDS)
            ran = self._sweep(found) or ran
        if self._child is not None:
            self._child.popen.wait()
            self._child = None
        return ran

    def wait(self) -> int:
        """Wait until the supervisor that this object started ends; its exit status."""
        assert self._child is not None
        return self._child.popen.wait()

    def state(self) -> PlatformState | None:
        """What runs, or None when nothing was started (or all was stopped)."""
        return record.read(self.settings.home.state_file)

    def postgres_admin_url(self) -> str:
        """The administrator's URL of the PostgreSQL in use (yours, or the started one)."""
        if self.settings.postgres_admin_url:
            return self.settings.postgres_admin_url
        home = self.settings.home
        password = SecretStore(home.secrets).password(postgres.SUPERUSER_SECRET)
        return postgres.url(PortBook(home.run / "ports.json").remembered("postgres"), password)

    def example_admin_url(self) -> str:
        """The administrator's URL of the PostgreSQL that holds the example company, which connectors may reach."""
        home = self.settings.home
        password = SecretStore(home.secrets).password(postgres.EXAMPLE_SECRET)
        return postgres.url(PortBook(home.run / "ports.json").remembered(postgres.EXAMPLE), password)

    def _sweep(self, found: PlatformState | None) -> bool:
        """End what a killed supervisor may have left, and forget it; True when there was something."""
        left = False
        for shown in found.components.values() if found is not None else ():
            if shown.process is not None and shown.process.alive():
                left = True
                stop(shown.process, signal.SIGINT if shown.name in ("postgres", postgres.EXAMPLE) else signal.SIGTERM)
        self.settings.home.state_file.unlink(missing_ok=True)
        shutil.rmtree(self.settings.home.sockets, ignore_errors=True)
        return left

    def _until_running(self, child: Child, progress: Progress) -> PlatformState:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            found = self._mine(child)
            if found is not None:
                progress(found)
                if found.phase is Phase.RUNNING:
                    return found
            if child.exit_code() is not None:
                raise self._not_started(self._mine(child))
            time.sleep(_POLL)
        self.stop()
        raise PlatformNotStarted(f"Not ready after {_START_SECONDS:.0f} s.", hint="aos doctor")

    def _mine(self, child: Child) -> PlatformState | None:
        with contextlib.suppress(psutil.Error):
            found = self.state()
            return found if found is not None and found.supervisor.pid == child.identity.pid else None
        return None

    def _not_started(self, found: PlatformState | None) -> PlatformNotStarted:
        log = self.settings.home.log("supervisor")
        if found is None:
            return PlatformNotStarted(f"The supervisor ended:\n{tail(log)}", hint="aos doctor")
        return PlatformNotStarted(found.message or "Stopped while starting.", hint=found.hint or "aos doctor")
