"""The record of what runs, written by the supervisor and read by everyone else."""

import json
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from aos_common.errors import DomainError, Kind

from aos_local.processes.process import Identity


class AlreadyRunning(DomainError):
    """Another supervisor holds this folder."""

    reason = "PLATFORM_ALREADY_RUNNING"
    kind = Kind.CONFLICT


class Phase(StrEnum):
    """Where the platform as a whole stands."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"


class Status(StrEnum):
    """Where one component stands."""

    WAITING = "waiting"
    PREPARING = "preparing"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass
class ComponentState:
    """One component: `started` is the process's start (epoch seconds), `ready_after` the seconds its start took."""

    name: str
    log: str
    port: int | None = None
    url: str = ""
    status: Status = Status.WAITING
    process: Identity | None = None
    restarts: int = 0
    ready_after: float | None = None
    message: str = ""


@dataclass
class PlatformState:
    """Everything `aos status` shows; `urls` are for people, in order, and `notes` what they should know besides."""

    supervisor: Identity
    phase: Phase = Phase.STARTING
    message: str = ""
    hint: str = ""
    since: float = field(default_factory=time.time)
    urls: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    components: dict[str, ComponentState] = field(default_factory=dict)

    def alive(self) -> bool:
        """True while the supervisor that wrote this runs."""
        return self.supervisor.alive()


def write(path: Path, state: PlatformState) -> None:
    """Replace the record in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state), indent=1))
    draft.replace(path)


def read(path: Path) -> PlatformState | None:
    """The record, or None when there is none."""
    try:
        raw = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    components = {name: _component(fields) for name, fields in raw.pop("components").items()}
    supervisor = Identity(**raw.pop("supervisor"))
    return PlatformState(supervisor, Phase(raw.pop("phase")), components=components, **raw)


def _component(fields: dict[str, Any]) -> ComponentState:
    process = fields.pop("process")
    status = Status(fields.pop("status"))
    return ComponentState(**fields, status=status, process=Identity(**process) if process else None)
