"""Work in a process of its own that starts when it is needed and ends when nobody has needed it for a while.

For what takes much memory and is asked for now and then (models), and for what may not take the service with it
(parsers of other people's files): a child has its own memory limit, a call its own time limit, and a child that dies
fails one call. The child ends with its parent, however that ends.
"""

import asyncio
import contextlib
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Generic, TypeVar

from aos_common.errors import DomainError, Kind

__all__ = ["Child", "ChildDied", "ChildTimedOut"]

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class ChildDied(DomainError):
    """The process ended before it answered: it ran out of its memory, or crashed."""

    reason = "CHILD_PROCESS_DIED"
    kind = Kind.UNAVAILABLE


class ChildTimedOut(DomainError):
    """The process did not answer in time and was ended."""

    reason = "CHILD_PROCESS_TIMED_OUT"
    kind = Kind.TIMEOUT


IDLE_SECONDS = 30.0
"""A start takes some seconds of a processor, and who asked once mostly asks again; then the memory goes back."""


class Child(Generic[Request, Answer]):
    """Calls `function` in a child process, one call at a time; others wait their turn.

    `function` is a module's own, so that the child imports that module alone; request, answer and what it raises travel
    pickled. `memory_mb` bounds the child's address space, 0 does not; `idle_seconds` after the last call it ends.
    """

    def __init__(
        self,
        name: str,
        function: Callable[[Request], Answer],
        *,
        timeout_seconds: float = 60.0,
        idle_seconds: float = IDLE_SECONDS,
        memory_mb: int = 0,
    ) -> None:
        self._name, self._function = name, function
        self._timeout, self._idle, self._memory_mb = timeout_seconds, idle_seconds, memory_mb
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._thread = ThreadPoolExecutor(1, f"child-{name}")
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def call(self, request: Request) -> Answer:
        """Return the function's answer or raise what it raised; raises ChildDied and ChildTimedOut."""
        loop = asyncio.get_running_loop()
        if self._ending is not None:
            self._ending.cancel()
        try:
            return await loop.run_in_executor(self._thread, self._call, request)
        finally:
            self._ending = loop.call_later(self._idle, lambda: self._thread.submit(self._end))

    async def close(self) -> None:
        """End the process; a call under way is waited for."""
        if self._ending is not None:
            self._ending.cancel()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        self._thread.shutdown(wait=False)

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process is not None else None

    def _call(self, request: Request) -> Answer:
        pipe = self._started()
        try:
            pipe.send(request)
            if not pipe.poll(self._timeout):
                self._end()
                raise ChildTimedOut(f"{self._name} took longer than {self._timeout:.0f} seconds.")
            failed, answer = pipe.recv()
        except (EOFError, OSError):
            self._end()
            raise ChildDied(f"{self._name} ended before it answered.", hint="Try again with less at once.") from None
        if failed:
            raise answer
        result: Answer = answer
        return result

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self._end()
            self._pipe, other = self._context.Pipe()
            arguments = (other, self._function, self._memory_mb)
            self._process = self._context.Process(target=_serve, args=arguments, name=self._name, daemon=True)
            self._process.start()
            other.close()
        return self._pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()  # it holds nothing but its answer
            self._process.join()
            self._process.close()
        self._pipe = self._process = None


def _serve(pipe: Connection, function: Callable[[Request], Answer], memory_mb: int) -> None:
    """Answer calls until the pipe closes; what runs in the child."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(_answered(function, pipe.recv()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # also in the middle of a long call, which would see the closed pipe at its end only


def _answered(function: Callable[[Request], Answer], request: Request) -> tuple[bool, object]:
    try:
        return False, function(request)
    except MemoryError:
        return True, ChildDied("There is not enough memory for this.", hint="Try again with less at once.")
    except Exception as error:  # the boundary of the process: the caller gets whatever it was
        return True, error
