"""People: users and invitations."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Response

from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.api.users import UsersApi
from identity.entrypoints.rest.models import (
    AcceptBody,
    EndedOut,
    InvitationOut,
    InvitationsOut,
    InviteBody,
    RegisteredOut,
    RolesBody,
    TokensOut,
    UserOut,
    UsersOut,
)
from identity.entrypoints.rest.origin import CurrentOrigin


def user_router(api: UsersApi) -> APIRouter:
    """Return the routes below /api/v1/auth/users."""
    routes = APIRouter(prefix="/users", tags=["users"])

    @routes.get("")
    async def list_users(caller: CurrentCaller, page_size: int = 0, page_token: str = "") -> UsersOut:
        """List users in the order they came."""
        found, token = await api.page(caller, page_size, page_token)
        return UsersOut(users=[UserOut.of(user) for user in found], next_page_token=token)

    @routes.get("/{user_id}")
    async def get_user(user_id: str, caller: CurrentCaller) -> UserOut:
        """Show one user."""
        return UserOut.of(await api.get(caller, user_id))

    @routes.put("/{user_id}/roles")
    async def change_roles(user_id: str, body: RolesBody, caller: CurrentCaller) -> UserOut:
        """Give a user other roles; their tokens are refused within seconds, and renewing gets the new roles."""
        return UserOut.of(await api.change_roles(caller, user_id, body.roles))

    @routes.post("/{user_id}/disable")
    async def disable(user_id: str, caller: CurrentCaller) -> UserOut:
        """End a user's sessions and let them sign in no more."""
        return UserOut.of(await api.set_enabled(caller, user_id, enabled=False))

    @routes.post("/{user_id}/enable")
    async def enable(user_id: str, caller: CurrentCaller) -> UserOut:
        """Let a user sign in again."""
        return UserOut.of(await api.set_enabled(caller, user_id, enabled=True))

    @routes.delete("/{user_id}/sessions")
    async def end_sessions(user_id: str, caller: CurrentCaller) -> EndedOut:
        """End every session of a user."""
        return EndedOut(ended=await api.end_sessions(caller, user_id))

    @routes.delete("/{user_id}", status_code=204)
    async def remove(user_id: str, caller: CurrentCaller) -> Response:
        """Remove a user."""
        await api.remove(caller, user_id)
        return Response(status_code=204)

    return routes


def invitation_router(api: UsersApi, accounts: AccountsApi) -> APIRouter:
    """Return the routes below /api/v1/auth/invitations."""
    routes = APIRouter(prefix="/invitations", tags=["users"])

    @routes.post("", status_code=201)
    async def invite(body: InviteBody, caller: CurrentCaller) -> InvitationOut:
        """Invite somebody by e-mail, for seven days; it replaces an older invitation to the address."""
        return InvitationOut.of(await api.invite(caller, body.email, body.roles))

    @routes.get("")
    async def list_invitations(caller: CurrentCaller, page_size: int = 0, page_token: str = "") -> InvitationsOut:
        """List the invitations that wait."""
        found, token = await api.invitations_page(caller, page_size, page_token)
        return InvitationsOut(invitations=[InvitationOut.of(one) for one in found], next_page_token=token)

    @routes.delete("/{invitation_id}", status_code=204)
    async def withdraw(invitation_id: str, caller: CurrentCaller) -> Response:
        """Withdraw an invitation."""
        await api.withdraw(caller, invitation_id)
        return Response(status_code=204)

    @routes.post("/accept", status_code=201)
    async def accept(body: AcceptBody, origin: CurrentOrigin) -> RegisteredOut:
        """Become a user of the tenant that invited, signed in."""
        user = await api.accept(body.ticket, body.password)
        tokens = await accounts.tokens(user, origin)
        return RegisteredOut(user=UserOut.of(user), **TokensOut.of(tokens).model_dump())

    return routes
