"""Sessions of web pages: the refresh token never shows in a body, and other sites' pages are refused."""

from http.cookies import Morsel, SimpleCookie
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from autonomos.events.v1.revocation_pb2 import RevocationEvent
from identity.app import build
from identity.settings import Settings

BROWSER = "/api/v1/auth/browser"
PASSWORD = "correct horse battery"
VERBS = ("register", "login", "refresh", "logout", "invitations/accept")
BODIES: dict[str, dict[str, str]] = {
    "register": {"tenant_name": "Example", "password": PASSWORD},
    "login": {"email": "nobody@example.com", "password": PASSWORD},
    "invitations/accept": {"ticket": "none", "password": PASSWORD},
}
FOREIGN: tuple[dict[str, str], ...] = (
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "same-origin", "origin": "https://evil.example"},
    {"origin": "http://identity:9000"},
    {"origin": "http://identity.evil.example"},
    {"origin": "http://identity@evil.example"},
    {"origin": "http://[identity"},
    {"origin": "null"},
    {"origin": ""},
)
"""What browsers say of other sites' pages, and what somebody may try."""
MONTH = 30 * 24 * 3600


def _cookie(answer: httpx.Response) -> Morsel[str]:
    (header,) = answer.headers.get_list("set-cookie")
    return SimpleCookie(header)["aos_refresh"]


async def _post(client: httpx.AsyncClient, verb: str, body: Any = None, *, token: str = "", **headers: str) -> Any:
    client.cookies.clear()  # each request says itself what it holds
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    held = {"cookie": f"aos_refresh={token}"} if token else {}
    return await client.post(f"{BROWSER}/{verb}", json=body, headers=held | sent)


async def _register(client: httpx.AsyncClient) -> httpx.Response:
    body = BODIES["register"] | {"email": f"{uuid4().hex}@example.com"}
    answer = await _post(client, "register", body)
    assert answer.status_code == 201, answer.text
    return answer


async def _session(client: httpx.AsyncClient) -> str:
    return _cookie(await _register(client)).value


def _holds_access_alone(answer: httpx.Response) -> None:
    body = answer.json()
    assert set(body) - {"user"} == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert _cookie(answer).value not in answer.text


async def test_refresh_when_anonymous_then_401_says_what_to_do_and_the_cookie_goes(client: httpx.AsyncClient) -> None:
    for token in ("", "nonsense", f"{uuid4().hex}.{uuid4().hex}.guess", "x" * 5000):
        answer = await _post(client, "refresh", token=token)
        assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_ENDED")
        assert answer.json()["hint"] == "Sign in again."
        gone = _cookie(answer)
        assert (gone.value, gone["max-age"], gone["path"]) == ("", "0", BROWSER)


async def test_refresh_when_it_is_another_tenants_then_each_stays_who_they_are(client: httpx.AsyncClient) -> None:
    mine, other = await _register(client), await _register(client)
    token = (await _post(client, "refresh", token=_cookie(mine).value)).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["tenant_id"] == mine.json()["user"]["tenant_id"] != other.json()["user"]["tenant_id"]
    # A ticket names its tenant: with another's in it, it is nobody's.
    tenant = other.json()["user"]["tenant_id"].replace("-", "")
    moved = ".".join([tenant, *_cookie(mine).value.split(".")[1:]])
    assert (await _post(client, "refresh", token=moved)).status_code == 401


async def test_register_when_done_then_the_refresh_token_is_a_cookie_of_these_routes_alone(
    client: httpx.AsyncClient,
) -> None:
    answer = await _register(client)
    _holds_access_alone(answer)
    cookie = _cookie(answer)
    assert (cookie["path"], cookie["samesite"].lower(), cookie["max-age"]) == (BROWSER, "strict", str(MONTH))
    assert cookie["httponly"] is True
    assert cookie["secure"] == "", "the platform is reached by http"
    assert cookie["domain"] == "", "of this host, and no other of its domain"
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/api/v1/auth/me", headers=bearer)).json()["id"] == answer.json()["user"]["id"]


async def test_login_and_accept_when_done_then_they_give_the_same_cookie(town: Any) -> None:
    owner = await town.owner()
    signed_in = await _post(town.client, "login", {"email": owner.email, "password": PASSWORD})
    assert signed_in.status_code == 200
    _holds_access_alone(signed_in)
    email = f"{uuid4().hex}@example.com"
    await owner.call("POST", "/invitations", json={"email": email, "roles": ["viewer"]})
    body = {"ticket": await town.ticket(owner.tenant_id, email), "password": PASSWORD}
    accepted = await _post(town.client, "invitations/accept", body)
    assert accepted.status_code == 201, accepted.text
    _holds_access_alone(accepted)
    assert accepted.json()["user"]["tenant_id"] == owner.tenant_id


async def test_login_when_the_password_is_wrong_then_there_is_no_cookie(client: httpx.AsyncClient) -> None:
    answer = await _post(client, "login", BODIES["login"])
    assert (answer.status_code, answer.json()["reason"]) == (401, "WRONG_CREDENTIALS")
    assert "set-cookie" not in answer.headers


async def test_cookie_when_the_platform_is_reached_by_https_then_it_is_secure(settings: Settings) -> None:
    reached = settings.model_copy(update={"public_url": "https://aos.example.com"})
    service = await build(reached, frozenset({"serve"}))
    try:
        transport = httpx.ASGITransport(service.http)
        async with httpx.AsyncClient(transport=transport, base_url="http://identity") as client:
            # The proxy in front names this service as it reaches it; the page is at the platform's address.
            registered = await _post(
                client,
                "register",
                BODIES["register"] | {"email": f"{uuid4().hex}@example.com"},
                origin="https://aos.example.com",
            )
            assert _cookie(registered)["secure"] is True
            assert _cookie(await _post(client, "logout"))["secure"] is True
    finally:
        for close in service.close:
            await close()


async def test_refresh_when_used_then_the_cookie_rotates(client: httpx.AsyncClient) -> None:
    first = await _session(client)
    answer = await _post(client, "refresh", token=first)
    assert answer.status_code == 200
    _holds_access_alone(answer)
    second = _cookie(answer).value
    assert second != first
    assert (await _post(client, "refresh", token=second)).status_code == 200


async def test_refresh_when_the_answer_was_lost_then_asking_again_goes_on(client: httpx.AsyncClient) -> None:
    first = await _session(client)
    assert (await _post(client, "refresh", token=first)).status_code == 200
    again = await _post(client, "refresh", token=first)
    assert again.status_code == 200
    assert (await _post(client, "refresh", token=_cookie(again).value)).status_code == 200


async def test_refresh_when_an_old_cookie_turns_up_then_the_session_ends_and_its_tokens_are_revoked(town: Any) -> None:
    registered = await _register(town.client)
    first = _cookie(registered).value
    second = _cookie(await _post(town.client, "refresh", token=first)).value
    third = _cookie(await _post(town.client, "refresh", token=second)).value
    stolen = await _post(town.client, "refresh", token=first)
    assert (stolen.status_code, _cookie(stolen).value) == (401, "")
    assert (await _post(town.client, "refresh", token=third)).status_code == 401
    session = jwt.decode(registered.json()["access_token"], options={"verify_signature": False})["sid"]
    published = await town.revocations(registered.json()["user"]["tenant_id"])
    assert RevocationEvent.FromString(published[-1]).session_id == session


async def test_logout_when_signed_in_then_the_session_ends_without_an_access_token(client: httpx.AsyncClient) -> None:
    token = await _session(client)
    answer = await _post(client, "logout", token=token)
    assert (answer.status_code, _cookie(answer).value) == (204, "")
    assert (await _post(client, "refresh", token=token)).status_code == 401


async def test_logout_when_there_is_no_session_then_204_all_the_same(client: httpx.AsyncClient) -> None:
    for token in ("", "nonsense", f"{uuid4().hex}.{uuid4().hex}.guess"):
        answer = await _post(client, "logout", token=token)
        assert (answer.status_code, _cookie(answer)["max-age"]) == (204, "0")


@pytest.mark.parametrize("verb", VERBS)
async def test_route_when_another_sites_page_asks_then_403_and_nothing_happens(
    client: httpx.AsyncClient, verb: str
) -> None:
    token, email = await _session(client), f"{uuid4().hex}@example.com"
    body = {"email": email} | BODIES[verb] if verb in BODIES else None
    for headers in FOREIGN:
        answer = await _post(client, verb, body, token=token, **headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "FOREIGN_PAGE"), headers
        assert "set-cookie" not in answer.headers
        assert answer.json()["hint"]
    assert (await _post(client, "refresh", token=token)).status_code == 200, "the session goes on, the token unused"
    signed_in = await _post(client, "login", {"email": email, "password": PASSWORD})
    assert signed_in.status_code == 401, "nobody was registered"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin", "origin": "http://identity"},
        {"sec_fetch_site": "none"},
        {"origin": "http://127.0.0.1:8080"},
    ],
)
async def test_refresh_when_the_own_page_asks_then_it_works(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await _post(client, "refresh", token=await _session(client), **headers)).status_code == 200
