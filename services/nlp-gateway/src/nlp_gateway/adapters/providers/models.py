"""Tenants' models: made once for each version of a provider, guarded by a breaker, a deadline and bounds."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from aos_common.egress import Egress
from aos_common.errors import DomainError
from aos_common.resilience import BreakerOpen, Bulkhead, breakers

from nlp_gateway.domain.providers.errors import ModelUnavailable
from nlp_gateway.domain.providers.provider import Provider
from nlp_gateway.ports.models import Model, Prompt
from nlp_gateway.ports.providers import Providers

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

__all__ = ["TenantModels"]

SECONDS = 30.0
"""For a whole text."""
MOST_CHARACTERS = 20_000
KEPT = 50
FAILURES, PAUSE_SECONDS = 3, 30.0
AT_ONCE, WAITING = 8, 32
_log = structlog.get_logger()


class TenantModels:
    """Implements ports.models.Models."""

    def __init__(self, providers: Providers, egress: Egress) -> None:
        self._providers, self._egress = providers, egress
        self._made: OrderedDict[UUID, BaseChatModel] = OrderedDict()
        self._client: httpx2.AsyncClient | None = None
        self._breakers = breakers(FAILURES, PAUSE_SECONDS)
        self._bulkhead = Bulkhead("model calls", AT_ONCE, WAITING)

    async def of(self, tenant_id: UUID) -> Model | None:
        """Return the tenant's model."""
        provider = await self._providers.get(tenant_id)
        return _TenantModel(self, tenant_id, provider) if provider else None

    async def write(self, tenant_id: UUID, provider: Provider, prompt: Prompt) -> AsyncIterator[str]:
        """Yield the text in pieces; raises ModelUnavailable. The deadline holds while a piece is waited for."""
        deadline = asyncio.get_running_loop().time() + SECONDS
        try:
            async with self._bulkhead.slot(), await self._breakers.get_breaker(str(provider.id)):
                source = self._bounded(tenant_id, provider, prompt)
                try:
                    while (piece := await _next(source, deadline)) is not None:
                        yield piece
                except GeneratorExit:  # the reader has enough: no failure of the provider's
                    return
                finally:
                    await source.aclose()
        except TimeoutError as error:
            raise _unavailable(provider, f"took longer than {SECONDS:.0f} seconds", _LATER) from error
        except BreakerOpen as error:
            raise _unavailable(provider, "failed several times and is left alone for a moment", _LATER) from error

    async def _bounded(self, tenant_id: UUID, provider: Provider, prompt: Prompt) -> AsyncGenerator[str, None]:
        length = 0
        try:
            model = await self._model(tenant_id, provider)
            from nlp_gateway.adapters.providers.boundary import pieces  # noqa: PLC0415  langchain, loaded by now

            async for piece in pieces(model, prompt):
                length += len(piece)
                if length > MOST_CHARACTERS:
                    raise _unavailable(provider, "wrote more than any answer is long", _MODEL)
                yield piece
        except (ModelUnavailable, TimeoutError):
            raise
        except DomainError as error:  # its address is not allowed any more, or no key opens the stored one
            raise _unavailable(provider, f"cannot be called: {error.message}", error.hint) from error
        except Exception as error:  # the boundary to libraries that raise whatever they like
            raise _explained(provider, error) from error

    async def _model(self, tenant_id: UUID, provider: Provider) -> "BaseChatModel":
        if provider.id not in self._made:
            key = await self._providers.key(tenant_id, provider.id)
            if key is None:
                raise _unavailable(provider, "was replaced a moment ago", "Ask again.")
            self._made[provider.id] = await asyncio.to_thread(self._make, provider, key)
        self._made.move_to_end(provider.id)
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        return self._made[provider.id]

    def _make(self, provider: Provider, key: str) -> "BaseChatModel":
        from nlp_gateway.adapters.providers.boundary import chat_model  # noqa: PLC0415  80 MB that most do without
        from nlp_gateway.adapters.providers.transport import client_for  # noqa: PLC0415  as above

        if self._client is None:
            self._client = client_for(self._egress)
        return chat_model(provider, key, self._client)

    async def close(self) -> None:
        """Close the connections to providers."""
        if self._client is not None:
            await self._client.aclose()


async def _next(source: AsyncGenerator[str, None], deadline: float) -> str | None:
    """Return the next piece before the deadline, None at the end."""
    async with asyncio.timeout_at(deadline):
        return await anext(source, None)


class _TenantModel:
    """Implements ports.models.Model."""

    def __init__(self, models: TenantModels, tenant_id: UUID, provider: Provider) -> None:
        self._models, self._tenant_id, self._provider = models, tenant_id, provider
        self.label = provider.label

    def write(self, prompt: Prompt) -> AsyncIterator[str]:
        """Yield the text in pieces; raises ModelUnavailable."""
        return self._models.write(self._tenant_id, self._provider, prompt)


_LATER = "Try again later; meanwhile answers are written offline."
_MODEL = "Choose another model: aos provider set …"
_KEY = "Set the key again: aos provider set --key @FILE."
_BY_STATUS = {
    400: ("refused the request", _MODEL),
    401: ("does not accept the API key", _KEY),
    403: ("does not let this API key use the model", _KEY),
    404: ("knows no such model, or the address is not that of its API", _MODEL),
    429: ("lets this API key ask no more for now", _LATER),
}


def _unavailable(provider: Provider, what: str, hint: str) -> ModelUnavailable:
    return ModelUnavailable(f"{provider.label} {what}.", hint=hint)


def _explained(provider: Provider, error: Exception) -> ModelUnavailable:
    from nlp_gateway.adapters.providers.boundary import status_of  # noqa: PLC0415  as above

    status = status_of(error)
    _log.warning("model.failed", kind=provider.kind, status=status, error=type(error).__name__)
    if status == 400 and "api key" in str(error).lower():  # as Google's API says it
        status = 401
    what, hint = _BY_STATUS.get(status, ("did not give a whole answer", _LATER))
    return _unavailable(provider, what, hint)
