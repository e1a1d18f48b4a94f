"""What onboarding in Safe Mode needs beside the other ports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from aam.domain.errors import Obstacle
from aam.domain.mapping import Mapping
from aam.domain.onboarding import Funnel, ProposedMapping
from aam.domain.quarantine import Misfit
from aam.ports.extraction import Task
from aam.ports.sources import Source


@runtime_checkable
class RemoteSource(Source, Protocol):
    """A source behind a network."""

    def endpoints(self) -> Sequence[tuple[str, int]]:
        """Hosts and ports, of which one has to answer."""


@runtime_checkable
class LimitedSource(Source, Protocol):
    """A source that can be asked for a few records alone."""

    def limited(self, rows: int) -> Source:
        """The same source; of each stream it asks for at most `rows` records in all, and makes nothing there."""


class Reach(Protocol):
    """Finds out what stands between us and a host."""

    def __call__(self, host: str, port: int) -> Obstacle:
        """How an attempt to connect ends; `NONE` when somebody answers. Blocks for some seconds at most."""


@dataclass(frozen=True)
class Projection:
    """Sampled rows in canonical form, each value as JSON has it, and those that do not fit."""

    rows: tuple[dict[str, Any], ...] = ()
    misfits: tuple[Misfit, ...] = ()


class Previewer(Protocol):
    """Projects the sample that was landed when a stream was looked at."""

    def preview(self, task: Task, mapping: Mapping | None, rows: int) -> Projection:
        """At most `rows` of them; none without a mapping or a sample. Blocks. Raises `MappingInvalid`."""


class Proposals(Protocol):
    """What DCL has proposed."""

    async def proposed(
        self, tenant_id: UUID, connection_id: UUID, streams: Collection[str]
    ) -> dict[str, ProposedMapping]:
        """The newest proposal of each of the streams that has one."""


class Funnels(Protocol):
    """Counts connections by their stored states."""

    async def funnel(self, tenant_id: UUID) -> Funnel:
        """In one query."""
