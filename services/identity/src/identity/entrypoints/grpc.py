"""Identity over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.identity.v1 import identity_pb2 as pb
from autonomos.identity.v1 import identity_pb2_grpc as stubs

from identity.domain.session import Origin
from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.wire import tokens_message, user_message

Context = grpc.aio.ServicerContext[Any, Any]
_SERVICE = "/autonomos.identity.v1.AccountService"
PUBLIC = tuple(f"{_SERVICE}/{method}" for method in ("RegisterTenant", "SignIn", "RefreshSession"))


class AccountServicer(stubs.AccountServiceServicer):
    """Serves AccountService."""

    def __init__(self, api: AccountsApi) -> None:
        self._api = api

    async def RegisterTenant(self, request: pb.RegisterTenantRequest, context: Context) -> pb.RegisterTenantResponse:
        """Create a tenant and its first user, signed in."""
        origin = _origin(context)
        user, tokens = await self._api.register(request.tenant_name, request.email, request.password, origin)
        return pb.RegisterTenantResponse(user=user_message(user, user.tenant_name), tokens=tokens_message(tokens))

    async def SignIn(self, request: pb.SignInRequest, context: Context) -> pb.SignInResponse:
        """Exchange an e-mail address and a password for tokens."""
        tokens = await self._api.sign_in(request.email, request.password, request.totp, _origin(context))
        return pb.SignInResponse(tokens=tokens_message(tokens))

    async def RefreshSession(self, request: pb.RefreshSessionRequest, context: Context) -> pb.RefreshSessionResponse:
        """Exchange a refresh token for new tokens."""
        tokens = await self._api.refresh(request.refresh_token, _origin(context))
        return pb.RefreshSessionResponse(tokens=tokens_message(tokens))

    async def GetMe(self, request: pb.GetMeRequest, context: Context) -> pb.GetMeResponse:
        """Tell who the caller is."""
        return pb.GetMeResponse(user=user_message(*await self._api.me(current_caller())))


def _origin(context: Context) -> Origin:
    """Return the peer, a service inside, and what it calls itself."""
    agent = next((str(value) for key, value in context.invocation_metadata() or () if key == "user-agent"), "")
    return Origin(context.peer(), agent)


def register(api: AccountsApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_AccountServiceServicer_to_server(AccountServicer(api), server)
