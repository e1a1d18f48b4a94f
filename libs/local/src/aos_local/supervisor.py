"""The parent of every process of the platform: starts them in order, restarts what dies, stops all in reverse.

It has one thread that starts processes, because Linux ties a child's death signal to the thread that started it.
"""

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aos_common.errors import DomainError, Kind

from aos_local.processes import state as record
from aos_local.processes.logs import keep_bounded, tail
from aos_local.processes.process import Child, Identity, Launch, start
from aos_local.processes.state import AlreadyRunning, ComponentState, Phase, PlatformState, Status
from aos_local.settings import LocalSettings
from aos_local.stack.build import build
from aos_local.stack.component import Component

_POLL = 0.05


class ComponentFailed(DomainError):
    """A component did not come up, or keeps dying."""

    reason = "COMPONENT_FAILED"
    kind = Kind.UNAVAILABLE


@dataclass(frozen=True)
class RestartPolicy:
    """A component that died is started again after `first_delay` seconds, doubled each time up to `longest_delay`.

    More than `most` deaths within `window` seconds and it is left alone.
    """

    first_delay: float = 0.2
    longest_delay: float = 5.0
    most: int = 5
    window: float = 60.0

    def delay(self, deaths: int) -> float:
        """Seconds to wait after the given number of recent deaths (1 or more)."""
        return float(min(self.first_delay * 2 ** (deaths - 1), self.longest_delay))


class Supervisor:
    """Runs a stack until it is told to stop or a component fails to come up at the start."""

    def __init__(
        self,
        components: Sequence[Component],
        state_file: Path,
        urls: dict[str, str] | None = None,
        policy: RestartPolicy = RestartPolicy(),
        grace: float = 10.0,
        notes: Sequence[str] = (),
    ) -> None:
        self._components = {component.name: component for component in components}
        self._ready = {name: asyncio.Event() for name in self._components}
        self._children: dict[str, Child] = {}
        self._policy = policy
        self._grace = grace
        self._file = state_file
        self._stop = asyncio.Event()
        self.state = PlatformState(Identity.of(os.getpid()), urls=urls or {}, notes=list(notes))
        for component in components:
            shown = ComponentState(component.name, str(component.log), component.port, component.url)
            self.state.components[component.name] = shown

    async def run(self) -> int:
        """Bring all up, keep all up, and end all; 0 when told to stop, 1 when the start failed."""
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self._stop.set)
        self._write()
        keepers = [asyncio.create_task(self._keep(component)) for component in self._components.values()]
        everything_up = asyncio.create_task(self._announce())
        told = asyncio.create_task(self._stop.wait())
        failure = await self._until_told(told, keepers)
        for task in (*keepers, everything_up, told):
            task.cancel()
        await asyncio.gather(*keepers, everything_up, told, return_exceptions=True)
        await self._stop_all(failure)
        return 1 if failure else 0

    async def _until_told(
        self, told: "asyncio.Task[bool]", keepers: "list[asyncio.Task[None]]"
    ) -> BaseException | None:
        waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {told, *keepers}
        while told in waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task is not told and (failure := task.exception()) is not None:
                    return failure
        return None

    async def _announce(self) -> None:
        for event in self._ready.values():
            await event.wait()
        self.state.phase = Phase.RUNNING
        self._write()

    async def _keep(self, component: Component) -> None:
        """Bring one component up, then start it again whenever it dies, within the policy."""
        began = await self._prepared(component)
        if component.launch is None:
            self._note(component, Status.DONE, ready_after=time.monotonic() - began)
            self._ready[component.name].set()
            return
        await self._started(component, component.launch())
        self._note(component, Status.READY, ready_after=time.monotonic() - began)
        self._ready[component.name].set()
        deaths: deque[float] = deque(maxlen=self._policy.most + 1)
        while True:
            await self._ended(self._children[component.name])
            if not await self._revived(component, component.launch(), deaths):
                return

    async def _prepared(self, component: Component) -> float:
        for name in component.after:
            await self._ready[name].wait()
        began = time.monotonic()
        self._note(component, Status.PREPARING)
        try:
            if component.prepare is not None:
                await asyncio.to_thread(component.prepare)
        except Exception as error:
            hint = error.hint if isinstance(error, DomainError) else f"See {component.log}"
            raise self._failed(component, str(error).strip(), hint) from error
        if component.before is not None:
            await self._command(component, component.before())
        return began

    async def _command(self, component: Component, launch: Launch) -> None:
        child = self._start(component, launch)
        try:
            async with asyncio.timeout(component.patience):
                await self._ended(child)
        except TimeoutError:
            await asyncio.to_thread(child.stop)
        if child.exit_code() != 0:
            words = " ".join(launch.argv[1:])
            raise self._failed(component, f"'{words}' ended with status {child.exit_code()}.")

    async def _revived(self, component: Component, launch: Launch, deaths: "deque[float]") -> bool:
        deaths.append(time.monotonic())
        recent = [moment for moment in deaths if moment > time.monotonic() - self._policy.window]
        code = self._children[component.name].exit_code()
        shown = self.state.components[component.name]
        if len(recent) > self._policy.most:
            self._failed(component, f"died {len(recent)} times in {self._policy.window:.0f} s, last with status {code}")
            return False
        shown.restarts += 1
        self._note(component, Status.RESTARTING, message=f"ended with status {code}")
        await asyncio.sleep(self._policy.delay(len(recent)))
        # When it dies again before it is ready, the next round sees its end.
        with contextlib.suppress(ComponentFailed):
            await self._started(component, launch)
            self._note(component, Status.READY)
        return True

    async def _started(self, component: Component, launch: Launch) -> None:
        """Start the process and wait until it is ready; raises ComponentFailed, with the process ended."""
        child = self._start(component, launch)
        deadline = time.monotonic() + component.patience
        while not await asyncio.to_thread(component.ready):
            if child.exit_code() is not None:
                raise self._failed(component, f"ended with status {child.exit_code()} while starting.")
            if time.monotonic() > deadline:
                await asyncio.to_thread(child.stop, self._grace)
                raise self._failed(component, f"was not ready after {component.patience:.0f} s.")
            await asyncio.sleep(_POLL)

    def _start(self, component: Component, launch: Launch) -> Child:
        child = start(launch)
        self._children[component.name] = child
        self.state.components[component.name].process = child.identity
        self._note(component, Status.STARTING)
        return child

    @staticmethod
    async def _ended(child: Child) -> None:
        while child.exit_code() is None:  # noqa: ASYNC110  the kernel's news of a child, asked for as Popen allows
            await asyncio.sleep(_POLL)

    def _failed(self, component: Component, message: str, hint: str = "") -> ComponentFailed:
        """Note the failure, with the last lines of the log, and return it."""
        self._note(component, Status.FAILED, message=message)
        last = tail(component.log, 12)
        hint = hint or f"See all of it: aos logs {component.name}"
        shown = f"\nIts last lines:\n{last}" if last else ""
        return ComponentFailed(f"{component.name}: {message}{shown}", hint=hint)

    def _note(
        self, component: Component, status: Status, *, message: str = "", ready_after: float | None = None
    ) -> None:
        shown = self.state.components[component.name]
        shown.status = status
        shown.message = message
        shown.ready_after = shown.ready_after if ready_after is None else round(ready_after, 2)
        self._write()

    async def _stop_all(self, failure: BaseException | None) -> None:
        """Stop what nothing that still runs depends on, all at once, until nothing is left."""
        self.state.phase = Phase.STOPPING
        self._write()
        running = {name for name, child in self._children.items() if child.exit_code() is None}
        while running:
            needed = {name for other in running for name in self._components[other].after}
            leaves = running - needed
            await asyncio.gather(
                *(asyncio.to_thread(self._children[name].stop, self._grace) for name in leaves or running)
            )
            running -= leaves or set(running)
        for shown in self.state.components.values():
            shown.process = None
            shown.status = shown.status if shown.status is Status.FAILED else Status.STOPPED
        if failure is not None:
            self.state.phase = Phase.FAILED
            self.state.message = str(failure)
            self.state.hint = failure.hint if isinstance(failure, DomainError) else ""
            self._write()
        else:
            self._file.unlink(missing_ok=True)

    def _write(self) -> None:
        record.write(self._file, self.state)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises AlreadyRunning when another supervisor has it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("The platform is running in this folder already.", hint="aos status") from None
        yield


def main() -> int:
    """Run the platform of the folder given by `--home`."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.supervisor", description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the platform's folder")
    settings = LocalSettings.read(os.environ, parser.parse_args().home)
    settings.home.create()
    try:
        with only_one(settings.home.run):
            return _run(settings)
    except AlreadyRunning as refusal:
        print(f"{refusal} {refusal.hint}", file=sys.stderr)
        return 3


def _run(settings: LocalSettings) -> int:
    file = settings.home.state_file
    try:
        stack = build(settings)
    except DomainError as refusal:
        me = Identity.of(os.getpid())
        record.write(file, PlatformState(me, Phase.FAILED, refusal.message, refusal.hint))
        return 1

    async def run() -> int:
        bounded = asyncio.create_task(keep_bounded(settings.home.logs))
        code = await Supervisor(stack.components, file, stack.urls, notes=stack.notes).run()
        bounded.cancel()
        return code

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
