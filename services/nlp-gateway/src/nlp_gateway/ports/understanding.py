"""What kind of question it is, and in whose language it is asked."""

from dataclasses import dataclass
from typing import Protocol

OUT_OF_SCOPE = "out_of_scope"
ROUTES = ("data_question", "findings", "connection_health", "inventory", "knowledge", OUT_OF_SCOPE)
"""Where an answer can come from: unified views, agents' findings, connections, discovery, documents, or nowhere."""


@dataclass(frozen=True)
class Reading:
    """A question's persona (cto, cro, coo, cfo) and route (one of ROUTES), each with a confidence from 0 to 1."""

    persona: str
    persona_confidence: float
    route: str
    route_confidence: float


class Understanding(Protocol):
    """Reads questions; one that nothing of the platform can answer has the route `out_of_scope`."""

    async def read(self, question: str) -> Reading:
        """Return the question's persona and route."""
