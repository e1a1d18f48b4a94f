"""Who asks, and what of the platform answers: every call is made with the asker's own token."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nlp_gateway.domain.answers.model import Result
from nlp_gateway.domain.questions.model import Metric, Parsed, Values


@dataclass(frozen=True)
class Asker:
    """A verified caller. `token` is what other services see, so that they decide what the asker may read.

    `reads_documents`: whether the knowledge base, which is ours, may be read.
    """

    tenant_id: UUID
    subject: str
    roles: frozenset[str]
    token: str = field(repr=False)
    reads_documents: bool = True


class SemanticLayer(Protocol):
    """Metrics over the unified views."""

    async def metrics(self, asker: Asker) -> Sequence[Metric]:
        """Return what can be asked for."""

    async def values(self, asker: Asker, metric: Metric) -> Values:
        """Return the values of a metric's dimensions, some of them where there are very many."""

    async def figures(self, asker: Asker, parsed: Parsed) -> Result:
        """Compute a question."""


@dataclass(frozen=True)
class Finding:
    """Something an agent found; `title` and `figure` are the agent's own words."""

    id: str
    agent: str
    severity: str
    title: str
    action: str


@dataclass(frozen=True)
class Connection:
    """A source as the mesh has it, and why it does not work if it does not."""

    id: str
    name: str
    connector: str
    state: str
    error: str


@dataclass(frozen=True)
class Funnel:
    """How many connections are in each stage."""

    eligible: int
    reachable: int
    active: int
    awaiting_credentials: int
    network_blocked: int
    healing: int


@dataclass(frozen=True)
class Asset:
    """Something discovery found: a place that holds data."""

    id: str
    name: str
    kind: str
    state: str
    data_sets: int


class Platform(Protocol):
    """What agents, the mesh and discovery know. Lists are bounded; the second value tells whether there is more."""

    async def findings(self, asker: Asker) -> Sequence[Finding]:
        """Return the findings of the newest run that ended well, gravest first, at most 500."""

    async def connections(self, asker: Asker) -> tuple[Sequence[Connection], bool]:
        """Return the connections."""

    async def funnel(self, asker: Asker) -> Funnel:
        """Count the connections by stage."""

    async def assets(self, asker: Asker) -> tuple[Sequence[Asset], bool]:
        """Return what was discovered."""

    async def running(self, asker: Asker) -> int:
        """Count the runs of agents that are going on, among the newest 50."""


class Nearness(Protocol):
    """How near texts are in meaning."""

    async def rank(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """Return each other text's nearness, -1 to 1."""


class Dictionary(Protocol):
    """Words of the language that questions are asked in."""

    async def words(self) -> frozenset[str]:
        """Return them, in small letters."""


@dataclass(frozen=True)
class Feedback:
    """What a reader thought of an answer; the comment is stored without personal data."""

    answer_id: UUID
    helpful: bool
    comment: str


class Feedbacks(Protocol):
    """What readers thought of answers, at rest."""

    async def add(self, asker: Asker, feedback: Feedback) -> UUID:
        """Store it and return its id."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""
