"""The audit log: a chain in which every entry's hash covers the entry before it.

`hash(n) = SHA-256(hash(n-1) ‖ json(entry n))`, where hash(0) is 32 zero bytes and json is the array of the fields in
the order of `Entry`, as UTF-8 without blanks; times are microseconds since the epoch. Whoever edits, removes or
reorders a row breaks the chain at that row. The head (last number and hash) is sealed with HMAC-SHA-256 under a key
that is not in the database, so that nobody who can only write rows can replace the chain, or its end, by another.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from uuid import UUID

START = bytes(32)
"""The hash before the first entry."""


@dataclass(frozen=True)
class Entry:
    """One recorded call; `occurred_at_us` in microseconds since the epoch, `seq` counts from 1 in each tenant."""

    tenant_id: UUID
    seq: int
    call_id: UUID
    occurred_at_us: int
    actor: str
    roles: tuple[str, ...]
    session_id: str
    service: str
    action: str
    target: str
    outcome: str
    reason: str
    address: str
    trace_id: str


@dataclass(frozen=True)
class Filter:
    """Which entries somebody asks for; empty texts match all."""

    actor: str = ""
    action: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Linked:
    """An entry with its hash."""

    entry: Entry
    hash: bytes


@dataclass(frozen=True)
class Head:
    """The end of a tenant's chain, with its seal."""

    tenant_id: UUID
    seq: int
    hash: bytes
    seal: bytes


@dataclass(frozen=True)
class Break:
    """Where a chain stops being whole, and how."""

    seq: int
    problem: str


def link(previous: bytes, entry: Entry) -> bytes:
    """Return the entry's hash."""
    fields = [str(value) if isinstance(value, UUID) else value for value in astuple(entry)]
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


def seal(key: bytes, tenant_id: UUID, seq: int, last: bytes) -> bytes:
    """Return the seal of a chain's end."""
    return hmac.digest(key, f"{tenant_id}|{seq}|".encode() + last, "sha256")


def find_break(entries: Iterable[Linked], previous: bytes, first: int) -> tuple[Break | None, bytes, int]:
    """Follow a part of a chain from entry number `first`; return where it breaks, and its last hash and number."""
    number = first - 1
    for linked in entries:
        number += 1
        if linked.entry.seq != number:
            return Break(number, f"entry {number} is missing; entry {linked.entry.seq} follows"), previous, number
        if link(previous, linked.entry) != linked.hash:
            return Break(number, f"entry {number}, or what stood before it, was changed"), previous, number
        previous = linked.hash
    return None, previous, number


def check_head(key: bytes, head: Head | None, last: bytes, count: int) -> Break | None:
    """Compare a whole chain's end with its sealed head."""
    if head is None:
        return Break(count, "the sealed end of the log is missing") if count else None
    if not hmac.compare_digest(head.seal, seal(key, head.tenant_id, head.seq, head.hash)):
        return Break(head.seq, "the end of the log carries no valid seal")
    if head.seq > count:
        return Break(count + 1, f"entries {count + 1} to {head.seq} at the end are missing")
    if head.seq < count or head.hash != last:
        return Break(head.seq, "the log's end is not the one that was sealed")
    return None
