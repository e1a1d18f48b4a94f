"""Feature flags and the audit log of the tenant, and a check of the log that needs no trust in the platform."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aos.transport import Transport

__all__ = ["Audit", "ChainEnd", "Flags", "follow_chain"]

FIELDS = (
    "tenant_id",
    "seq",
    "call_id",
    "occurred_at_us",
    "actor",
    "roles",
    "session_id",
    "service",
    "action",
    "target",
    "outcome",
    "reason",
    "address",
    "trace_id",
)
"""The fields of an entry in the order in which its hash covers them."""


class Flags:
    """Feature flags of the tenant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every flag with the value in force."""
        return self._transport.get("/api/v1/admin/feature-flags")["flags"]

    def set(self, name: str, enabled: bool) -> Any:
        """Switch a flag."""
        return self._transport.put(f"/api/v1/admin/feature-flags/{quote(name)}", {"enabled": enabled})

    def reset(self, name: str) -> Any:
        """Go back to a flag's default."""
        return self._transport.delete(f"/api/v1/admin/feature-flags/{quote(name)}")


class Audit:
    """Who changed what, and who was refused what."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def entries(self, actor: str = "", action: str = "", outcome: str = "") -> Iterator[Any]:
        """Yield entries, newest first."""
        filters = {"actor": actor, "action": action, "outcome": outcome}
        return self._transport.pages("/api/v1/admin/audit", "entries", **filters)

    def verification(self) -> Any:
        """Let the platform follow its own chain to the sealed end."""
        return self._transport.get("/api/v1/admin/audit/verification")

    def export(self) -> Iterator[Any]:
        """Yield every entry, oldest first."""
        for line in self._transport.lines("/api/v1/admin/audit/export"):
            yield json.loads(line)


@dataclass(frozen=True)
class ChainEnd:
    """How far a chain was whole: number and hash of the last good entry, and the hash of each asked-for number."""

    seq: int
    hash: str
    problem: str
    passed: dict[int, str]


def follow_chain(entries: Iterable[Any], remember: Iterable[int] = ()) -> ChainEnd:
    """Compute the hashes of exported entries again, from the first on.

    `hash(n) = SHA-256(hash(n-1) ‖ json([field, …]))` with hash(0) = 32 zero bytes, without blanks, UTF-8.
    """
    last, seq, wanted = bytes(32), 0, set(remember)
    passed: dict[int, str] = {}
    for entry in entries:
        seq += 1
        text = json.dumps([entry[name] for name in FIELDS], separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(last + text.encode()).digest()
        if entry["seq"] != seq:
            return ChainEnd(seq - 1, last.hex(), f"entry {seq} is missing; entry {entry['seq']} follows", passed)
        if digest.hex() != entry["hash"]:
            return ChainEnd(seq - 1, last.hex(), f"entry {seq}, or what stood before it, was changed", passed)
        last = digest
        if seq in wanted:
            passed[seq] = digest.hex()
    return ChainEnd(seq, last.hex(), "", passed)
