"""What the mesh says about syncs, and what a run makes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_NAMED = 5
SYNCABLE = ("ACTIVE", "DRIFTED", "HEALING")
"""States of connections that can be read; a drifted one's other streams go on."""


@dataclass(frozen=True)
class Connection:
    """A connection of the mesh."""

    id: str
    name: str
    state: str


@dataclass(frozen=True)
class StreamSync:
    """What a sync did with one stream; `note` says why nothing was read, empty when something was."""

    stream: str
    state: str
    rows_published: int = 0
    rows_quarantined: int = 0
    batches: int = 0
    error: str = ""
    note: str = ""
    rows_read: int = 0

    @property
    def rows(self) -> int:
        """Rows that came through; while the stream is being read, rows read so far."""
        return self.rows_published if self.settled else self.rows_read

    @property
    def settled(self) -> bool:
        """Nothing more will happen to the stream in this sync."""
        return self.state in ("succeeded", "failed", "held")

    @property
    def announced(self) -> bool:
        """The stream was read, so its end is announced to DCL."""
        return self.state == "succeeded" and (self.batches > 0 or not self.note)


@dataclass(frozen=True)
class Sync:
    """One sync of one connection; without `run_id` when the mesh would not begin it, and `error` says why."""

    connection: Connection
    run_id: str = ""
    state: str = "pending"
    streams: tuple[StreamSync, ...] = ()
    error: str = ""

    @property
    def ended(self) -> bool:
        """The sync is over."""
        return self.state in ("succeeded", "failed", "cancelled")

    @property
    def useless(self) -> bool:
        """Not one stream came through."""
        return self.ended and self.state != "succeeded" and not any(s.state == "succeeded" for s in self.streams)


@dataclass(frozen=True)
class Announcement:
    """What DCL has to apply before the views show what a run synced: how many streams of which sync runs."""

    connections: int = 0
    run_ids: tuple[str, ...] = ()
    streams: int = 0


def progress(syncs: Sequence[Sync]) -> str:
    """One line on syncs that are under way or over."""
    streams = [stream for sync in syncs for stream in sync.streams]
    settled = sum(stream.settled for stream in streams)
    rows = sum(stream.rows for stream in streams)
    parts = [f"{settled} of {counted(len(streams), 'stream')}, {counted(rows, 'row')}"]
    quarantined = sum(stream.rows_quarantined for stream in streams)
    unchanged = sum(s.state == "succeeded" and not s.announced for s in streams)
    if quarantined:
        parts.append(f"{counted(quarantined, 'row')} in quarantine")
    if unchanged:
        parts.append(f"{unchanged} unchanged")
    return "; ".join(parts)


def outcome(syncs: Sequence[Sync], left_out: Sequence[Connection] = ()) -> str:
    """One line on syncs that are over, naming what was held, what failed and what was left out, with the reason."""
    held = [_named(sync, s, s.note) for sync in syncs for s in sync.streams if s.state == "held"]
    failed = [_named(sync, s, s.error) for sync in syncs for s in sync.streams if s.state == "failed"]
    broken = [f"{sync.connection.name} ({sync.error})" for sync in syncs if sync.useless]
    parts = [progress(syncs) if syncs else "no active connection"]
    parts += [f"waiting for a mapping or a decision: {_list(held)}"] if held else []
    parts += [f"failed: {_list(failed)}"] if failed else []
    parts += [f"connections that failed: {_list(broken)}"] if broken else []
    parts += [f"not synced: {_list([f'{one.name} ({one.state})' for one in left_out])}"] if left_out else []
    return "; ".join(parts)


def unread(sync: Sync) -> frozenset[str]:
    """Streams that had not changed: what the views hold of them was announced by an earlier sync."""
    return frozenset(s.stream for s in sync.streams if s.state == "succeeded" and not s.announced)


def announcement(syncs: Sequence[Sync], earlier: Iterable[Sync] = ()) -> Announcement:
    """What these syncs announced, and the earlier ones that they rest on."""
    counts = {sync.run_id: sum(s.announced for s in sync.streams) for sync in (*syncs, *earlier) if sync.run_id}
    return Announcement(
        len(syncs), tuple(run_id for run_id, streams in counts.items() if streams), sum(counts.values())
    )


def sources_of_unread(sync: Sync, earlier: Sequence[Sync]) -> list[Sync]:
    """The newest earlier syncs that announced the streams which `sync` found unchanged; `earlier` is newest first."""
    missing = set(unread(sync))
    found = []
    for other in earlier:
        announced = {s.stream for s in other.streams if s.announced} & missing
        if other.run_id != sync.run_id and announced:
            found.append(other)
            missing -= announced
    return found


def _named(sync: Sync, stream: StreamSync, why: str) -> str:
    return f"{sync.connection.name}/{stream.stream}{f' ({why})' if why else ''}"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
