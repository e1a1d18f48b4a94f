"""The tenant's provider over REST; its key goes in and never comes out."""

from datetime import datetime

from aos_common.http import CurrentCaller
from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from nlp_gateway.domain.providers.provider import MAX_KEY, Provider
from nlp_gateway.entrypoints.providers.api import ProviderApi
from nlp_gateway.usecases.providers.check_provider import Checked

__all__ = ["router"]


class ProviderBody(BaseModel):
    """A provider to use; without a key the one that is kept stays, if kind and URL stay."""

    kind: str = Field(max_length=40, description="openai, gemini, anthropic or openai_compatible")
    model: str = Field(max_length=200)
    url: str = Field("", max_length=500, description="the API's base address; empty is the vendor's own")
    key: SecretStr | None = Field(None, max_length=MAX_KEY + 100)


class ProviderOut(BaseModel):
    """The provider in use, without its key; `configured` false: answers are written offline."""

    configured: bool
    kind: str = ""
    model: str = ""
    url: str = ""
    updated_at: datetime | None = None
    updated_by: str = ""

    @classmethod
    def of(cls, provider: Provider | None) -> "ProviderOut":
        """Show a provider."""
        if provider is None:
            return cls(configured=False)
        return cls(
            configured=True,
            kind=provider.kind,
            model=provider.model,
            url=provider.url,
            updated_at=provider.updated_at,
            updated_by=provider.updated_by,
        )


class CheckedOut(BaseModel):
    """Whether the model answered, in how many seconds; else what is wrong and what to do."""

    ok: bool
    label: str
    seconds: float
    message: str
    hint: str

    @classmethod
    def of(cls, checked: Checked) -> "CheckedOut":
        """Show the outcome."""
        return cls(**vars(checked))


def router(api: ProviderApi) -> APIRouter:
    """Return the routes of the provider."""
    routes = APIRouter(tags=["provider"])

    @routes.get("/provider")
    async def show(caller: CurrentCaller) -> ProviderOut:
        """Show which model writes answers."""
        return ProviderOut.of(await api.show(caller))

    @routes.put("/provider")
    async def replace(body: ProviderBody, caller: CurrentCaller) -> ProviderOut:
        """Choose the model that writes answers from what they cite."""
        key = body.key.get_secret_value() if body.key is not None else None
        return ProviderOut.of(await api.replace(caller, body.kind, body.model, body.url, key))

    @routes.delete("/provider", status_code=204)
    async def remove(caller: CurrentCaller) -> None:
        """Write answers offline again; the key is forgotten."""
        await api.remove(caller)

    @routes.post("/provider/check")
    async def check(caller: CurrentCaller) -> CheckedOut:
        """Ask the model for one word."""
        return CheckedOut.of(await api.check(caller))

    return routes
