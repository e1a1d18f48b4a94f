"""The flow monitor: what REST and the WebSocket both call."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest

from aoa.domain.flow import LAYERS, FlowRecord, Position, Signal, Told
from aoa.ports import FlowFeed

MOST, USUAL = 1_000, 100
QUIET_SECONDS = 10.0


@dataclass(frozen=True)
class Glance:
    """The newest events, what happened how often among all that are kept, and where to go on from."""

    events: list[FlowRecord]
    counts: dict[str, dict[str, int]]
    position: Position
    stale_seconds: float


@dataclass(frozen=True)
class FlowApi:
    """The flow monitor's use cases, wired."""

    feed: FlowFeed

    def glance(self, caller: Caller, limit: int, layer: str, status: str) -> Glance:
        """Return the newest events, of one layer or status if wanted, and counts by layer and status."""
        require(caller, Permission.FLOW_READ)
        if layer and layer not in LAYERS:
            raise InvalidRequest(f"There is no layer {layer[:40]!r}.", hint=f"Layers are {', '.join(LAYERS)}.")
        if not 0 <= limit <= MOST:
            raise InvalidRequest(f"limit is at most {MOST}.", hint="Use 0 for the usual number.")
        kept, position = self.feed.newest(caller.tenant_id, MOST)
        wanted = [t.record for t in kept if layer in ("", t.record.layer) and status in ("", t.record.status)]
        counted = Counter((told.record.layer, told.record.status) for told in kept)
        counts: dict[str, dict[str, int]] = {one: {} for one in LAYERS}
        for (of, how), number in sorted(counted.items()):
            counts[of][how] = number
        return Glance(wanted[: limit or USUAL], counts, position, self.feed.stale_seconds())

    def follow(self, caller: Caller, after: str) -> AsyncIterator[Sequence[Told | Signal]]:
        """Yield events as they come, after a position or from now on, with a sign of life every ten seconds."""
        require(caller, Permission.FLOW_READ)
        return self.feed.follow(caller.tenant_id, Position.parse(after) if after else None, QUIET_SECONDS)
