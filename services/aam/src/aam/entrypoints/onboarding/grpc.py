"""Onboarding over gRPC."""

from typing import Any

import grpc
from aos_common.errors import DomainError
from aos_common.grpc import current_caller
from autonomos.aam.v1 import onboarding_pb2 as pb
from autonomos.aam.v1 import onboarding_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

from aam.domain.connection import Connection
from aam.entrypoints.onboarding.api import OnboardingApi
from aam.entrypoints.onboarding.models import FunnelOut, StreamPreviewOut
from aam.entrypoints.wire import connection_message, settings_of
from aam.usecases.onboarding.enter_catalogue import Entry
from aam.usecases.onboarding.preview_connection import StreamPreview

Context = grpc.aio.ServicerContext[Any, Any]


class OnboardingServicer(stubs.OnboardingServiceServicer):
    """Serves OnboardingService."""

    def __init__(self, api: OnboardingApi) -> None:
        self._api = api

    async def OnboardConnections(
        self, request: pb.OnboardConnectionsRequest, context: Context
    ) -> pb.OnboardConnectionsResponse:
        """Take catalogue entries."""
        found = await self._api.onboard_all(current_caller(), [_entry(one) for one in request.entries])
        pairs = zip(request.entries, found, strict=True)
        return pb.OnboardConnectionsResponse(results=[_result(one.name, result) for one, result in pairs])

    async def GetPreview(self, request: pb.GetPreviewRequest, context: Context) -> pb.GetPreviewResponse:
        """Show what a connection would bring."""
        found, token = await self._api.preview(
            current_caller(), request.connection_id, request.stream, request.page_size, request.page_token
        )
        return pb.GetPreviewResponse(
            connection=connection_message(found.connection, []),
            streams=[_preview(one) for one in found.streams],
            next_page_token=token,
        )

    async def PromoteConnection(
        self, request: pb.PromoteConnectionRequest, context: Context
    ) -> pb.PromoteConnectionResponse:
        """End Safe Mode."""
        promoted = await self._api.promote(current_caller(), request.connection_id)
        return pb.PromoteConnectionResponse(connection=connection_message(promoted, []))

    async def GetFunnel(self, request: pb.GetFunnelRequest, context: Context) -> pb.GetFunnelResponse:
        """Count connections by stage."""
        return pb.GetFunnelResponse(**FunnelOut.of(await self._api.funnel(current_caller())).model_dump())


def _entry(message: pb.CatalogueEntry) -> Entry:
    return Entry(
        message.name,
        message.connector,
        settings_of(message.settings),
        tuple(message.streams),
        not message.without_safe_mode,
        message.request_id,
    )


def _result(name: str, found: Connection | DomainError) -> pb.OnboardedConnection:
    if isinstance(found, DomainError):
        return pb.OnboardedConnection(name=name, reason=found.reason, error=found.message, hint=found.hint)
    return pb.OnboardedConnection(name=name, connection=connection_message(found, []))


def _preview(one: StreamPreview) -> pb.StreamPreview:
    shown = StreamPreviewOut.of(one).model_dump(exclude={"rows", "fields", "misfits"})
    told = StreamPreviewOut.of(one)
    return pb.StreamPreview(
        **shown,
        fields=[pb.PreviewedField(**field.model_dump()) for field in told.fields],
        rows=[_struct(row) for row in told.rows],
        misfits=[pb.PreviewedMisfit(**misfit.model_dump()) for misfit in told.misfits],
    )


def _struct(row: dict[str, Any]) -> Struct:
    message = Struct()
    message.update(row)
    return message


def register(api: OnboardingApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_OnboardingServiceServicer_to_server(OnboardingServicer(api), server)
