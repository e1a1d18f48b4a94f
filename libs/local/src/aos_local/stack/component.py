"""One part of the platform, as the supervisor sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aos_local.processes.process import Launch


@dataclass(frozen=True)
class Component:
    """How to bring one part up and keep it up.

    Once the components named in `after` are ready: `prepare` runs in a thread, `before` runs to its end, `launch` is
    started (None: nothing stays running) and polled with `ready` for at most `patience` seconds. Only `launch` is
    repeated when the process dies. `url` is for people and holds no password.
    """

    name: str
    log: Path
    after: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None
    before: Callable[[], Launch] | None = None
    launch: Callable[[], Launch] | None = None
    ready: Callable[[], bool] = lambda: True
    patience: float = 60.0
    port: int | None = None
    url: str = ""
