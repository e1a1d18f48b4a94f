"""A language model of a provider that a tenant chose; without one the offline engine answers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Prompt:
    """What a model is sent: fixed instructions, and the material (question and evidence), both already redacted."""

    instructions: str
    material: str


class Model(Protocol):
    """One configured model. `label` names provider and model, for the answer's label."""

    label: str

    def write(self, prompt: Prompt) -> AsyncIterator[str]:
        """Yield the text in pieces; raises ModelUnavailable when the provider fails or takes too long."""


class Models(Protocol):
    """Which model a tenant uses."""

    async def of(self, tenant_id: UUID) -> Model | None:
        """Return the tenant's model, or None where none is configured."""
