"""Passwords and sessions."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Response

from identity.entrypoints.api.credentials import CredentialsApi
from identity.entrypoints.rest.models import (
    ChangePasswordBody,
    EndedOut,
    ForgotBody,
    ResetBody,
    SessionOut,
    SessionsOut,
)
from identity.entrypoints.rest.origin import CurrentOrigin


def password_router(api: CredentialsApi) -> APIRouter:
    """Return the routes below /api/v1/auth/password."""
    routes = APIRouter(prefix="/password", tags=["account"])

    @routes.post("/change", status_code=204)
    async def change(body: ChangePasswordBody, caller: CurrentCaller, origin: CurrentOrigin) -> Response:
        """Change one's password; every other session ends."""
        await api.change_password(caller, body.current_password, body.new_password, origin)
        return Response(status_code=204)

    @routes.post("/forgot", status_code=202, response_class=Response)
    async def forgot(body: ForgotBody) -> Response:
        """Have a reset sent to the address; the answer does not tell whether somebody has it."""
        await api.forgot(body.email)
        return Response(status_code=202)

    @routes.post("/reset", status_code=204)
    async def reset(body: ResetBody) -> Response:
        """Choose a new password with the ticket from the mail; every session ends."""
        await api.reset(body.ticket, body.password)
        return Response(status_code=204)

    return routes


def session_router(api: CredentialsApi) -> APIRouter:
    """Return the routes below /api/v1/auth/sessions."""
    routes = APIRouter(prefix="/sessions", tags=["account"])

    @routes.get("")
    async def list_sessions(caller: CurrentCaller) -> SessionsOut:
        """List one's sessions, the one used last first."""
        found = await api.list_sessions(caller)
        return SessionsOut(sessions=[SessionOut.of(session, caller.session) for session in found])

    @routes.delete("")
    async def end_others(caller: CurrentCaller) -> EndedOut:
        """End every session but this one."""
        return EndedOut(ended=await api.end_others(caller))

    @routes.delete("/{session_id}", status_code=204)
    async def end(session_id: str, caller: CurrentCaller) -> Response:
        """End one session."""
        await api.end_session(caller, session_id)
        return Response(status_code=204)

    return routes
