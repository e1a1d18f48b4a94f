"""Asks a tenant's model for one word, to see whether it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from nlp_gateway.domain.providers.errors import ModelUnavailable, ProviderNotConfigured
from nlp_gateway.ports.models import Models, Prompt

__all__ = ["Checked", "check_provider"]

PROMPT = Prompt("You check a connection. Answer with one short word.", "Say ok.")
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Checked:
    """Whether the model answered, in how many seconds; else what is wrong and what to do."""

    ok: bool
    label: str
    seconds: float
    message: str = ""
    hint: str = ""


async def check_provider(tenant_id: UUID, *, models: Models, clock: Callable[[], float]) -> Checked:
    """Make a real, tiny call; `clock` counts seconds. Raises ProviderNotConfigured."""
    model = await models.of(tenant_id)
    if model is None:
        raise ProviderNotConfigured(
            "No provider is configured; questions are answered offline.", hint="Set one: aos provider set …"
        )
    began = clock()
    length = 0
    try:
        async for piece in model.write(PROMPT):
            length += len(piece)
            if length > MOST_CHARACTERS:
                break
    except ModelUnavailable as error:
        return Checked(False, model.label, round(clock() - began, 3), error.message, error.hint)
    return Checked(True, model.label, round(clock() - began, 3))
