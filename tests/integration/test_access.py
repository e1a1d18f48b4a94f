"""People and programs come in through the gateway, and are kept out within seconds."""

from typing import Any
from uuid import uuid4

import httpx
from aos import AosError, Client

from tests.integration.helpers import mailed_ticket, wait_until

PASSWORD = "a password for tests"


def _refused(call: Any) -> str:
    """Return the reason a call is refused with; "" when it is not."""
    try:
        call()
    except AosError as error:
        return error.reason
    return ""


def test_invitation_when_accepted_then_the_role_decides_what_every_service_allows(
    stack: Any, client: Client, colleague: Client
) -> None:
    assert colleague.me()["tenant_id"] == client.me()["tenant_id"]
    assert list(colleague.connections.list()) == []
    for call in (
        lambda: colleague.connections.create("x", "files", {"path": "/x"}),
        lambda: colleague.discovery.scan("/x"),
        colleague.runs.start,
        lambda: list(colleague.users.list()),
    ):
        assert _refused(call) == "PERMISSION_DENIED"


def test_user_when_disabled_then_every_service_refuses_their_token_within_seconds(
    client: Client, colleague: Client
) -> None:
    token = colleague.transport.tokens
    assert token is not None
    wanted = {"Authorization": f"Bearer {token.access}"}
    paths = ("aam/connections", "aod/findings", "dcl/views", "aoa/runs", "auth/me")

    def answers() -> set[int]:
        with httpx.Client(base_url=client.transport.url, headers=wanted) as caller:
            return {caller.get(f"/api/v1/{path}").status_code for path in paths}

    assert answers() == {200}
    client.users.disable(colleague.me()["id"])
    wait_until(answers, lambda codes: codes == {401}, seconds=5)
    assert _refused(colleague.me) == "SESSION_ENDED"


def test_key_when_revoked_then_its_program_is_out_within_seconds(stack: Any, client: Client) -> None:
    robot = client.service_accounts.create("robot", ["viewer"])
    key = client.service_accounts.create_key(robot["id"], "first")
    with Client(stack.url, api_key=key["key"]) as program:
        assert program.me()["name"] == "robot"
        assert program.views.list() is not None
        client.service_accounts.revoke_key(robot["id"], key["id"])
        wait_until(lambda: _refused(program.views.list), lambda reason: reason == "API_KEY_REFUSED", seconds=5)


def test_password_when_forgotten_then_a_mail_helps_and_old_sessions_end(stack: Any, client: Client) -> None:
    email = client.me()["email"]
    with Client(stack.url) as stranger:
        stranger.password.forgot(email)
        stranger.password.reset(mailed_ticket(stack, email), "another good sentence")
        stranger.sign_in(email, "another good sentence")
        assert len(stranger.sessions.list()) == 1
    wait_until(lambda: _refused(client.me), lambda reason: reason == "SESSION_ENDED", seconds=5)


def test_sessions_when_listed_then_the_gateway_tells_where_they_came_from(client: Client) -> None:
    (session,) = client.sessions.list()
    assert session["address"] == "127.0.0.1"
    assert session["user_agent"].startswith("python-httpx")


def test_address_when_a_client_makes_one_up_then_the_gateways_own_view_counts(client: Client) -> None:
    email = client.me()["email"]
    made_up = {"x-envoy-external-address": "6.6.6.6", "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6"}
    body = {"email": email, "password": PASSWORD}
    httpx.post(f"{client.transport.url}/api/v1/auth/login", json=body, headers=made_up).raise_for_status()
    assert {session["address"] for session in client.sessions.list()} == {"127.0.0.1"}


def test_commands_when_typed_then_people_and_programs_are_looked_after(stack: Any) -> None:
    email, guest = f"{uuid4().hex}@example.com", f"{uuid4().hex}@example.com"
    stack.aos("register", "--tenant", "Typed", "--email", email, "--password", PASSWORD, "--url", stack.url)
    for command, expected in (
        (("users", "list"), email),
        (("invitations", "send", guest, "--role", "viewer"), "is invited"),
        (("invitations", "list"), guest),
        (("invitations", "withdraw", guest), "Withdrawn"),
        (("service-accounts", "create", "robot", "--role", "viewer"), "aos keys create"),
        (("keys", "create", "robot", "--name", "first"), "aos_"),
        (("keys", "list", "robot"), "first"),
        (("keys", "revoke", "robot", "first"), "Revoked"),
        (("service-accounts", "remove", "robot", "--yes"), "Removed"),
        (("sessions", "list"), "this one"),
        (("totp", "status"), "Off."),
        (("identity-providers", "list"), "There is none"),
        (("password", "change", "--current", PASSWORD, "--new", "another good sentence"), "Changed"),
        (("whoami",), email),
    ):
        done = stack.aos(*command)
        assert done.returncode == 0, (command, done.stderr)
        assert expected in done.stdout, command
    assert stack.aos("users", "roles", email, "--role", "viewer").returncode == 1
