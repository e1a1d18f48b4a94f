"""Onboarding over REST."""

from typing import Annotated

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Query

from aam.entrypoints.onboarding.api import OnboardingApi
from aam.entrypoints.onboarding.models import (
    BatchBody,
    BatchOut,
    EntryBody,
    FunnelOut,
    OnboardedOut,
    PreviewOut,
    StreamPreviewOut,
)
from aam.entrypoints.rest_models import ConnectionOut
from aam.usecases.onboarding.preview_connection import MAX_STREAMS

Size = Annotated[int, Query(ge=1, le=MAX_STREAMS)]
Token = Annotated[str, Query(max_length=2000)]
StreamName = Annotated[str, Query(max_length=1000)]


def onboarding_router(api: OnboardingApi) -> APIRouter:
    """Return the routes of Safe Mode and the funnel."""
    routes = APIRouter(tags=["onboarding"])

    @routes.post("/connections/onboard", status_code=201)
    async def onboard(body: EntryBody, caller: CurrentCaller) -> ConnectionOut:
        """Take a catalogue entry, by default in Safe Mode; it may lack credentials, or be of no installed kind."""
        return ConnectionOut.of(await api.onboard(caller, body.entry()), [])

    @routes.post("/connections/onboard/batch")
    async def onboard_all(body: BatchBody, caller: CurrentCaller) -> BatchOut:
        """Take up to 100 entries, each with a result of its own."""
        found = await api.onboard_all(caller, [one.entry() for one in body.entries])
        pairs = zip(body.entries, found, strict=True)
        return BatchOut(results=[OnboardedOut.of(one.name, result) for one, result in pairs])

    @routes.get("/connections/{connection_id}/preview")
    async def preview(
        connection_id: str, caller: CurrentCaller, stream: StreamName = "", page_size: Size = 20, page_token: Token = ""
    ) -> PreviewOut:
        """Show sampled rows in canonical form with their misfits, and each mapped field with its confidence."""
        found, token = await api.preview(caller, connection_id, stream, page_size, page_token)
        shown = [StreamPreviewOut.of(one) for one in found.streams]
        return PreviewOut(connection=ConnectionOut.of(found.connection, []), streams=shown, next_page_token=token)

    @routes.post("/connections/{connection_id}/promote", status_code=202)
    async def promote(connection_id: str, caller: CurrentCaller) -> ConnectionOut:
        """End Safe Mode: the source is looked at once more, proposals are decided, and syncs may run."""
        return ConnectionOut.of(await api.promote(caller, connection_id), [])

    @routes.get("/funnel")
    async def funnel(caller: CurrentCaller) -> FunnelOut:
        """Count connections by stage, with the coverage and its objective; `/connections?stage=` lists each."""
        return FunnelOut.of(await api.funnel(caller))

    return routes
