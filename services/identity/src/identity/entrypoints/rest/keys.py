"""Service accounts, their API keys, and the exchange of a key for a token."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Response

from identity.entrypoints.api.keys import KeysApi
from identity.entrypoints.rest.key_models import (
    KeyBody,
    KeyOut,
    KeyTokenBody,
    KeyTokenOut,
    NewKeyOut,
    ServiceAccountBody,
    ServiceAccountOut,
    ServiceAccountsOut,
)


def key_router(api: KeysApi) -> APIRouter:
    """Return the routes below /api/v1/auth."""
    routes = APIRouter(tags=["service accounts"])

    @routes.post("/token")
    async def token(body: KeyTokenBody) -> KeyTokenOut:
        """Exchange an API key for an access token of ten minutes."""
        access, seconds = await api.exchange(body.api_key)
        return KeyTokenOut(access_token=access, expires_in=seconds)

    @routes.get("/service-accounts")
    async def list_accounts(caller: CurrentCaller) -> ServiceAccountsOut:
        """List service accounts with their keys, by name."""
        found = await api.list(caller)
        return ServiceAccountsOut(service_accounts=[ServiceAccountOut.of(*one) for one in found])

    @routes.post("/service-accounts", status_code=201)
    async def create_account(body: ServiceAccountBody, caller: CurrentCaller) -> ServiceAccountOut:
        """Create a service account; its roles allow no more than one's own."""
        return ServiceAccountOut.of(await api.create(caller, body.name, body.roles), [])

    @routes.delete("/service-accounts/{account_id}", status_code=204)
    async def remove_account(account_id: str, caller: CurrentCaller) -> Response:
        """Remove a service account with its keys; their tokens are refused within seconds."""
        await api.remove(caller, account_id)
        return Response(status_code=204)

    @routes.post("/service-accounts/{account_id}/keys", status_code=201)
    async def create_key(account_id: str, body: KeyBody, caller: CurrentCaller) -> NewKeyOut:
        """Create a key; its text is in this answer and nowhere else."""
        key, text = await api.create_key(caller, account_id, body.name, body.days)
        return NewKeyOut(key=text, **KeyOut.of(key).model_dump())

    @routes.delete("/service-accounts/{account_id}/keys/{key_id}", status_code=204)
    async def revoke_key(account_id: str, key_id: str, caller: CurrentCaller) -> Response:
        """Revoke a key; its tokens are refused within seconds."""
        await api.remove(caller, account_id, key_id)
        return Response(status_code=204)

    return routes
