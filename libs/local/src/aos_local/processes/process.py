"""Child processes that never outlive their parent, and signals that never reach a stranger."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG = 1
_START_TIME_TOLERANCE = 0.05
_POLL = 0.02


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number.

    `started` is when it began, in seconds since the machine did (elsewhere than on Linux: since the epoch): a moment
    that stays when the clock of the machine is set, as time servers do.
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """The identity of a process that runs now; raises psutil.NoSuchProcess."""
        return cls(pid, _began(pid))

    def process(self) -> psutil.Process | None:
        """The live process, or None when it has ended or its number belongs to another."""
        try:
            found = psutil.Process(self.pid)
            same = abs(_began(self.pid) - self.started) <= _START_TIME_TOLERANCE
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def alive(self) -> bool:
        """True while the very same process runs."""
        return self.process() is not None

    def uptime(self) -> float:
        """Seconds since it began, whether it still runs or not."""
        return (time.clock_gettime(time.CLOCK_BOOTTIME) if _LINUX else time.time()) - self.started


def _began(pid: int) -> float:
    """Read a process's `Identity.started`; raises psutil.NoSuchProcess. Linux: field 22 of proc_pid_stat(5)."""
    if not _LINUX:
        return psutil.Process(pid).create_time()
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        raise psutil.NoSuchProcess(pid) from None
    return int(after_name[22 - 3]) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Launch:
    """What to run: arguments, environment, log file, and how its end is asked for.

    `user` is the user id to run as (None: the caller's). `stop_signal` is the polite one; `death_signal` is what the
    kernel sends when the starter is killed (None: it lives on).
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path | None = None
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = signal.SIGKILL


def _die_with_parent(death_signal: signal.Signals | None, parent: int) -> Callable[[], None] | None:
    if death_signal is None or not _LINUX:
        return None
    libc = ctypes.CDLL(None)

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # the parent ended between fork and prctl
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


@dataclass(frozen=True)
class Child:
    """A program that this process started."""

    launch: Launch
    popen: subprocess.Popen[bytes]
    identity: Identity

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self.popen.poll()

    def stop(self, grace: float = 10.0) -> bool:
        """End it with its stop signal, after `grace` seconds by force; True when it went politely."""
        polite = self.popen.poll() is not None or stop(self.identity, self.launch.stop_signal, grace)
        self.popen.wait()
        return polite


def start(launch: Launch) -> Child:
    """Start a program in a session of its own; its output is appended to `launch.log`.

    Call it from a thread that lives as long as the child should: Linux ties the death signal to the thread.
    """
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    with launch.log.open("ab") as log:
        popen = subprocess.Popen(  # noqa: S603  every argument list is built in this package
            list(launch.argv),
            env=dict(launch.env),
            cwd=launch.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=launch.user,
            group=launch.user,
            extra_groups=[] if launch.user is not None else None,
            # Safe between fork and exec: prctl, getppid and kill take no lock.
            preexec_fn=_die_with_parent(launch.death_signal, os.getpid()),  # noqa: PLW1509  see above
        )
    return Child(launch, popen, Identity.of(popen.pid))


def send(identity: Identity, signum: signal.Signals) -> bool:
    """Signal exactly this process; False when it is gone already."""
    found = identity.process()
    if found is None:
        return False
    try:
        found.send_signal(signum)
    except psutil.NoSuchProcess:
        return False
    return True


def _group_members(leader: int) -> list[psutil.Process]:
    members = []
    for candidate in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(candidate.pid) == leader and candidate.status() != psutil.STATUS_ZOMBIE:
                members.append(candidate)
    return members


def stop(identity: Identity, signum: signal.Signals = signal.SIGTERM, grace: float = 10.0) -> bool:
    """End the process and its group: politely, then after `grace` seconds by force; True when it went politely.

    The group is only touched while its leader is known to be ours, or was when this call began.
    """
    if not identity.alive():
        return True
    members = [Identity.of(member.pid) for member in _group_members(identity.pid)]
    send(identity, signum)
    deadline = time.monotonic() + grace
    while identity.alive() and time.monotonic() < deadline:
        time.sleep(_POLL)
    polite = not identity.alive()
    for member in (identity, *members):
        send(member, signal.SIGKILL)
    return polite
