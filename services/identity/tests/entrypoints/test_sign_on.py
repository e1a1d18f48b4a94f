"""Sign-on through a real OpenID Connect provider: OpenBao's, whose users authorize with a token of theirs."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
import sqlalchemy as sa
from aos_local.testing_walls import OpenBao, openbao
from identity.app import build
from identity.settings import Settings

PASSWORD = "correct horse battery"
NOBODY = "00000000-0000-7000-8000-000000000000"
ADMIN = "/api/v1/admin/identity-providers"
TEMPLATE = (
    '{"email": {{identity.entity.metadata.email}}, "email_verified": true, "groups": {{identity.entity.groups.names}}}'
)


@dataclass
class Directory:
    """The provider: its people, and the client that the platform is to it."""

    bao: OpenBao
    issuer: str
    mount: str

    def client(self, callback: str) -> tuple[str, str]:
        """Register a client for a callback; return its id and secret."""
        name = f"client-{uuid4().hex}"
        body = {"redirect_uris": [callback], "assignments": ["allow_all"], "key": "default"}
        self.bao.call("POST", f"identity/oidc/client/{name}", body)
        found = self.bao.call("GET", f"identity/oidc/client/{name}")["data"]
        return str(found["client_id"]), str(found["client_secret"])

    def person(self, email: str, *groups: str) -> str:
        """Make somebody, and return the token they are signed in with."""
        name = uuid4().hex
        entity = self.bao.call("POST", "identity/entity", {"name": name, "metadata": {"email": email}})["data"]["id"]
        alias = {"name": name, "canonical_id": entity, "mount_accessor": self.mount}
        self.bao.call("POST", "identity/entity-alias", alias)
        for group in groups:
            self.bao.call("POST", f"identity/group/name/{group}", {"member_entity_ids": [entity]})
        self.bao.call("POST", f"auth/userpass/users/{name}", {"password": "secret", "token_policies": ["sso"]})
        return str(self.bao.call("POST", f"auth/userpass/login/{name}", {"password": "secret"})["auth"]["client_token"])

    def authorize(self, url: str, token: str) -> dict[str, str]:
        """Do what the provider's page does for a person: return the code and state that it redirects with."""
        query = urlencode({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
        address = f"{self.bao.address}/v1/identity/oidc/provider/default/authorize?{query}"
        request = urllib.request.Request(address, headers={"X-Vault-Token": token})
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: dict[str, str] = json.loads(answer.read())
        return found


@pytest.fixture(scope="module")
def directory() -> Iterator[Directory]:
    with openbao() as bao:
        bao.call("POST", "sys/auth/userpass", {"type": "userpass"})
        policy = 'path "identity/oidc/provider/*" { capabilities = ["read", "create", "update"] }'
        bao.call("PUT", "sys/policies/acl/sso", {"policy": policy})
        bao.call("POST", "identity/oidc/scope/email", {"template": TEMPLATE})
        bao.call("POST", "identity/oidc/provider/default", {"scopes_supported": ["email"]})
        mount = bao.call("GET", "sys/auth")["data"]["userpass/"]["accessor"]
        yield Directory(bao, f"{bao.address}/v1/identity/oidc/provider/default", mount)


@pytest.fixture
async def client(settings: Settings, directory: Directory) -> AsyncIterator[httpx.AsyncClient]:
    """The platform, which may reach the directory's private address and no other."""
    chosen = settings.model_copy(update={"egress_allow": urlsplit(directory.bao.address).netloc})
    service = await build(chosen, frozenset({"serve"}))
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with AsyncExitStack() as stack:
        for close in service.close:
            stack.push_async_callback(close)
        service.http.state.verifier._client = httpx.AsyncClient(transport=transport)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://identity"))


async def _provider(owner: Any, directory: Directory, **settings: Any) -> dict[str, Any]:
    """Set the directory up as the owner's tenant's provider."""
    body = {"name": "Directory", "issuer": directory.issuer, "client_id": "later", "default_roles": ["viewer"]}
    made = await owner.call("POST", ADMIN, json=body | settings)
    assert made.status_code == 201, made.text
    client_id, secret = await asyncio.to_thread(directory.client, made.json()["callback"])
    body |= {"client_id": client_id, "client_secret": secret, "scopes": ["email"]}
    changed = await owner.call("PUT", f"{ADMIN}/{made.json()['id']}", json=body | settings)
    assert changed.status_code == 200, changed.text
    return dict(changed.json())


async def _leave(client: httpx.AsyncClient, provider: dict[str, Any]) -> tuple[str, str]:
    """Begin; return the provider's URL and the browser's cookie."""
    client.cookies.clear()
    answer = await client.get(urlsplit(provider["start"]).path)
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return answer.headers["location"], cookie.split(";")[0]


async def _back(client: httpx.AsyncClient, provider: dict[str, Any], cookie: str, **query: str) -> httpx.Response:
    client.cookies.clear()
    return await client.get(urlsplit(provider["callback"]).path, params=query, headers={"cookie": cookie})


async def _sign_on(
    client: httpx.AsyncClient, directory: Directory, provider: dict[str, Any], token: str
) -> httpx.Response:
    url, cookie = await _leave(client, provider)
    return await _back(client, provider, cookie, **await asyncio.to_thread(directory.authorize, url, token))


async def _me(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return dict((await client.get("/api/v1/auth/me", headers=bearer)).json())


def _email() -> str:
    return f"{uuid4().hex}@example.com"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_providers_when_anonymous_then_401(client: httpx.AsyncClient, method: str) -> None:
    path = ADMIN if method == "POST" else f"{ADMIN}/{NOBODY}"
    body = {"name": "x", "issuer": "https://x.example", "client_id": "x"}
    assert (await client.request(method, path, json=body)).status_code == 401


async def test_provider_when_it_is_another_tenants_then_404_and_it_stays(town: Any, directory: Directory) -> None:
    mine, other = await town.owner(), await town.owner()
    provider = await _provider(mine, directory)
    path = f"{ADMIN}/{provider['id']}"
    assert (await other.call("GET", ADMIN)).json() == {"identity_providers": []}
    body = {"name": "x", "issuer": directory.issuer, "client_id": "x"}
    for method in ("GET", "PUT", "DELETE"):
        assert (await other.call(method, path, json=body)).status_code == 404
    assert (await mine.call("GET", path)).json() == provider
    viewer = await town.join(mine, "viewer")
    assert (await viewer.call("GET", ADMIN)).status_code == 403


async def test_sign_on_when_somebody_comes_then_a_user_is_made_once_and_known_again(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    email = _email()
    token = directory.person(email)
    url, _ = await _leave(town.client, provider)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert {"openid", "email"} <= set(asked["scope"].split())
    first = await _me(town.client, await _sign_on(town.client, directory, provider, token))
    again = await _me(town.client, await _sign_on(town.client, directory, provider, token))
    assert first == again
    assert (first["tenant_id"], first["email"], first["roles"]) == (owner.tenant_id, email, ["viewer"])
    assert (await town.sign_in(email, "any password at all")).json()["reason"] == "WRONG_CREDENTIALS"
    assert (await town.client.post("/api/v1/auth/password/forgot", json={"email": email})).status_code == 202


async def _by_page(client: httpx.AsyncClient, directory: Directory, provider: dict[str, Any], token: str) -> Any:
    """Sign on as a page of the platform has it done; return the last answer."""
    client.cookies.clear()
    left = await client.get(urlsplit(provider["start"]).path, params={"browser": "1"})
    assert left.status_code == 303, left.text
    query = await asyncio.to_thread(directory.authorize, left.headers["location"], token)
    return await _back(client, provider, left.headers["set-cookie"].split(";")[0], **query)


async def test_sign_on_when_a_page_began_it_then_it_ends_at_home_with_the_session_as_a_cookie(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    email = _email()
    answer = await _by_page(town.client, directory, provider, directory.person(email))
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/", b"")
    assert answer.headers["cache-control"] == "no-store"
    cookies = {one.split("=")[0]: one for one in answer.headers.get_list("set-cookie")}
    assert 'aos_sign_on=""' in cookies["aos_sign_on"]
    assert "HttpOnly" in cookies["aos_refresh"]
    assert "Path=/api/v1/auth/browser" in cookies["aos_refresh"]
    assert "SameSite=strict" in cookies["aos_refresh"]
    town.client.cookies.clear()
    headers = {"cookie": cookies["aos_refresh"].split(";")[0], "sec-fetch-site": "same-origin"}
    renewed = await town.client.post("/api/v1/auth/browser/refresh", headers=headers)
    assert (await _me(town.client, renewed))["email"] == email


async def test_sign_on_when_a_page_began_it_and_it_is_refused_then_the_sign_in_page_is_told_why(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    taken = await _by_page(town.client, directory, provider, directory.person(owner.email))
    assert (taken.status_code, taken.headers["location"]) == (303, "/sign-in?refused=EMAIL_TAKEN")
    assert "aos_refresh" not in taken.headers["set-cookie"]
    town.client.cookies.clear()
    lost = await town.client.get(f"/api/v1/auth/oidc/{NOBODY}/start", params={"browser": "1"})
    assert (lost.status_code, lost.headers["location"]) == (303, "/sign-in?refused=NOT_FOUND")


async def test_sign_on_when_state_cookie_or_code_is_wrong_or_used_then_401(town: Any, directory: Directory) -> None:
    owner = await town.owner()
    provider, other = await _provider(owner, directory), await _provider(await town.owner(), directory)
    token = directory.person(_email())
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    for query, sent in (
        (good | {"state": good["state"][:-1] + "x"}, cookie),
        ({"state": "none", "code": good["code"]}, cookie),
    ):
        assert (await _back(town.client, provider, sent, **query)).json()["reason"] == "SIGN_ON_REFUSED"
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    _, stranger = await _leave(town.client, provider)
    refused = await _back(town.client, provider, stranger, **good)
    assert (refused.status_code, refused.json()["reason"]) == (401, "SIGN_ON_REFUSED"), "begun in another browser"
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    assert (await _back(town.client, other, cookie, **good)).status_code == 401, "another provider's way back"
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    assert (await _back(town.client, provider, cookie, **good, iss="https://evil.example")).status_code == 401
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    answers = await asyncio.gather(*(_back(town.client, provider, cookie, **good) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401], "one way back a start"
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, token)
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        await connection.execute(sa.text("UPDATE sign_on_attempts SET expires_at = now() - interval '1 second'"))
    assert (await _back(town.client, provider, cookie, **good)).status_code == 401
    assert (await _back(town.client, provider, cookie, error="access_denied", state=good["state"])).status_code == 401


async def test_sign_on_when_the_nonce_is_another_then_the_id_token_is_refused(town: Any, directory: Directory) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, directory.person(_email()))
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        await connection.execute(sa.text("UPDATE sign_on_attempts SET nonce = 'another'"))
    answer = await _back(town.client, provider, cookie, **good)
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_ON_REFUSED")
    assert "ID token" in answer.json()["detail"]


async def test_sign_on_when_the_code_verifier_is_another_then_the_provider_refuses(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    url, cookie = await _leave(town.client, provider)
    good = directory.authorize(url, directory.person(_email()))
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        await connection.execute(sa.text("UPDATE sign_on_attempts SET code_verifier = repeat('x', 43)"))
    assert (await _back(town.client, provider, cookie, **good)).json()["reason"] == "PROVIDER_UNUSABLE"


async def test_sign_on_when_the_address_has_an_account_then_it_is_never_merged(town: Any, directory: Directory) -> None:
    mine, other = await town.owner(), await town.owner()
    provider = await _provider(mine, directory)
    for victim in (mine, other):
        answer = await _sign_on(town.client, directory, provider, directory.person(victim.email))
        assert (answer.status_code, answer.json()["reason"]) == (409, "EMAIL_TAKEN")
        assert (await victim.call("GET", "/me")).json()["roles"] == ["owner"]


async def test_sign_on_when_groups_are_mapped_then_they_decide_the_roles_each_time(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    group, later = f"g{uuid4().hex}", f"g{uuid4().hex}"
    chosen = {"group_claim": "groups", "role_map": {group: "operator", later: "admin"}, "default_roles": []}
    provider = await _provider(owner, directory, **chosen)
    refused = await _sign_on(town.client, directory, provider, directory.person(_email()))
    assert (refused.status_code, refused.json()["reason"]) == (401, "SIGN_ON_REFUSED")
    token = directory.person(_email(), group)
    first = await _sign_on(town.client, directory, provider, token)
    person = await _me(town.client, first)
    assert person["roles"] == ["operator"]
    entity = directory.bao.call("GET", f"identity/group/name/{group}")["data"]["member_entity_ids"]
    directory.bao.call("POST", f"identity/group/name/{later}", {"member_entity_ids": entity})
    directory.bao.call("POST", f"identity/group/name/{group}", {"member_entity_ids": []})
    second = await _sign_on(town.client, directory, provider, token)
    claims = jwt.decode(second.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["roles"]) == (person["id"], ["admin"])
    assert len(await town.revocations(owner.tenant_id)) == 1, "tokens with the old role are refused"


async def test_sign_on_when_the_domain_is_not_allowed_or_the_user_disabled_then_refused(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory, domains=["Example.org"])
    refused = await _sign_on(town.client, directory, provider, directory.person(_email()))
    assert refused.json()["reason"] == "SIGN_ON_REFUSED"
    token = directory.person(f"{uuid4().hex}@example.org")
    person = await _me(town.client, await _sign_on(town.client, directory, provider, token))
    await owner.call("POST", f"/users/{person['id']}/disable")
    assert (await _sign_on(town.client, directory, provider, token)).json()["reason"] == "USER_DISABLED"
    assert (await owner.call("DELETE", f"{ADMIN}/{provider['id']}")).status_code == 204
    assert (await town.client.get(urlsplit(provider["start"]).path)).status_code == 404


async def test_provider_when_stored_then_its_secret_is_shown_nowhere(town: Any, directory: Directory) -> None:
    owner = await town.owner()
    provider = await _provider(owner, directory)
    body = {"name": "Directory", "issuer": directory.issuer, "client_id": "c", "client_secret": "planted-canary"}
    changed = await owner.call("PUT", f"{ADMIN}/{provider['id']}", json=body)
    assert changed.json()["has_secret"] is True
    assert "planted-canary" not in changed.text + (await owner.call("GET", ADMIN)).text
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        row = (await connection.execute(sa.text("SELECT t::text FROM identity_providers t"))).scalar_one()
    assert b"planted-canary".hex() not in row
    for client_id, kept in (("c", True), ("another", False)):
        again = await owner.call(
            "PUT", f"{ADMIN}/{provider['id']}", json=body | {"client_secret": "", "client_id": client_id}
        )
        assert again.json()["has_secret"] is kept, "a secret belongs to its client"


async def test_provider_when_an_admin_would_make_owners_or_move_the_issuer_then_refused(
    town: Any, directory: Directory
) -> None:
    owner = await town.owner()
    admin = await town.join(owner, "admin")
    body = {"name": "x", "issuer": directory.issuer, "client_id": "x"}
    for more in ({"default_roles": ["owner"]}, {"group_claim": "groups", "role_map": {"g": "owner"}}):
        assert (await admin.call("POST", ADMIN, json=body | more)).json()["reason"] == "ROLE_NOT_YOURS"
    provider = await _provider(owner, directory)
    moved = body | {"issuer": directory.issuer.replace("/default", "/other")}
    assert (await owner.call("PUT", f"{ADMIN}/{provider['id']}", json=moved)).status_code == 422


@pytest.mark.parametrize(
    ("issuer", "status"),
    [
        ("http://login.example.com", 422),
        ("https://user:password@login.example.com", 422),
        ("https://login.example.com/?x=1", 422),
        ("file:///etc/passwd", 422),
        ("https://127.0.0.1:1", 409),
        ("https://169.254.169.254", 409),
        ("https://[::ffff:10.0.0.1]", 409),
        ("https://localhost", 409),
    ],
)
async def test_provider_when_its_issuer_is_private_or_not_https_then_refused(
    town: Any, issuer: str, status: int
) -> None:
    owner = await town.owner()
    body = {"name": "x", "issuer": issuer, "client_id": "x", "default_roles": ["viewer"]}
    answer = await owner.call("POST", ADMIN, json=body)
    assert answer.status_code == status, answer.text
    assert (await owner.call("GET", ADMIN)).json() == {"identity_providers": []}


async def test_provider_when_the_issuer_is_another_or_no_provider_then_409(town: Any, directory: Directory) -> None:
    owner = await town.owner()
    for issuer in (f"{directory.issuer}/", directory.bao.address):
        body = {"name": "x", "issuer": issuer, "client_id": "x"}
        answer = await owner.call("POST", ADMIN, json=body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "PROVIDER_UNUSABLE")
