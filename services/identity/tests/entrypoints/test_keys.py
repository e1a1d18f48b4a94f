from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
import sqlalchemy as sa
from autonomos.events.v1.revocation_pb2 import RevocationEvent

NOBODY = "00000000-0000-7000-8000-000000000000"
ROUTES = [
    ("GET", "/service-accounts"),
    ("POST", "/service-accounts"),
    ("DELETE", f"/service-accounts/{NOBODY}"),
    ("POST", f"/service-accounts/{NOBODY}/keys"),
    ("DELETE", f"/service-accounts/{NOBODY}/keys/{NOBODY}"),
]
BODY = {"name": "robot", "roles": ["viewer"]}


async def _robot(person: Any, *roles: str, **key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = await person.call("POST", "/service-accounts", json={"name": "robot", "roles": list(roles)})
    assert made.status_code == 201, made.text
    path = f"/service-accounts/{made.json()['id']}/keys"
    answer = await person.call("POST", path, json={"name": "first", **key})
    assert answer.status_code == 201, answer.text
    return made.json(), answer.json()


async def _exchange(town: Any, key: str) -> httpx.Response:
    return await town.client.post("/api/v1/auth/token", json={"api_key": key})


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, f"/api/v1/auth{path}", json=BODY)).status_code == 401


async def test_route_when_the_account_is_another_tenants_then_404_and_it_goes_on(town: Any) -> None:
    mine, other = await town.owner(), await town.owner()
    account, key = await _robot(mine, "viewer")
    path = f"/service-accounts/{account['id']}"
    assert (await other.call("GET", "/service-accounts")).json() == {"service_accounts": []}
    for method, below in (("POST", f"{path}/keys"), ("DELETE", f"{path}/keys/{key['id']}"), ("DELETE", path)):
        assert (await other.call(method, below, json={"name": "x"})).status_code == 404
    assert (await _exchange(town, key["key"])).status_code == 200


@pytest.mark.parametrize("role", ["operator", "viewer", "agent"])
async def test_route_when_the_role_does_not_manage_credentials_then_403(town: Any, role: str) -> None:
    person = await town.join(await town.owner(), role)
    for method, path in ROUTES:
        assert (await person.call(method, path, json=BODY)).status_code == 403, path


async def test_key_when_exchanged_then_the_token_is_the_accounts_for_ten_minutes(town: Any) -> None:
    owner = await town.owner()
    account, key = await _robot(owner, "viewer", "agent")
    assert key["key"].startswith("aos_")
    answer = (await _exchange(town, key["key"])).json()
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 600
    assert (claims["sub"], claims["tenant_id"]) == (account["id"], owner.tenant_id)
    assert (claims["roles"], claims["sid"]) == (["viewer", "agent"], key["id"])
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    me = (await town.client.get("/api/v1/auth/me", headers=bearer)).json()
    assert (me["kind"], me["name"], me["email"]) == ("service_account", "robot", "")
    assert (await town.client.get("/api/v1/auth/sessions", headers=bearer)).status_code == 401, "it has no sessions"


async def test_key_when_listed_then_its_text_is_gone_and_its_last_use_is_told(town: Any) -> None:
    owner = await town.owner()
    _, key = await _robot(owner, "viewer")
    before = await owner.call("GET", "/service-accounts")
    await _exchange(town, key["key"])
    after = await owner.call("GET", "/service-accounts")
    assert key["key"].rpartition("_")[2] not in before.text + after.text
    uses = [answer.json()["service_accounts"][0]["keys"][0]["used_at"] for answer in (before, after)]
    assert uses[0] is None
    assert uses[1] is not None


async def test_key_when_stored_then_the_database_holds_its_hash_alone(town: Any) -> None:
    owner = await town.owner()
    _, key = await _robot(owner, "viewer")
    async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
        row = (await connection.execute(sa.text("SELECT k::text FROM api_keys k"))).scalar_one()
    assert key["key"].split("_", 2)[2] not in row


@pytest.mark.parametrize("change", ["secret", "id", "prefix", "empty", "long"])
async def test_key_when_it_is_not_one_then_401(town: Any, change: str) -> None:
    _, made = await _robot(await town.owner(), "viewer")
    prefix, name, secret = made["key"].split("_", 2)
    wrong = {
        "secret": f"{prefix}_{name}_guess",
        "id": f"{prefix}_{'a' * len(name)}_{secret}",
        "prefix": f"x{prefix}_{name}_{secret}",
        "empty": "",
        "long": f"{prefix}_{name}a_{secret}",
    }
    answer = await _exchange(town, wrong[change])
    assert (answer.status_code, answer.json()["reason"]) == (401, "API_KEY_REFUSED")


async def test_key_when_expired_then_401_and_before_that_its_tokens_end_with_it(town: Any) -> None:
    owner = await town.owner()
    _, key = await _robot(owner, "viewer", days=1)
    for left, expected in ((timedelta(seconds=100), 200), (timedelta(seconds=-1), 401)):
        async with town.database.tenant_tx(UUID(owner.tenant_id)) as connection:
            await connection.execute(
                sa.text("UPDATE api_keys SET expires_at = :then"), {"then": datetime.now(UTC) + left}
            )
        answer = await _exchange(town, key["key"])
        assert answer.status_code == expected
        if expected == 200:
            claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
            assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] <= 100


async def test_key_when_revoked_then_it_and_its_tokens_are_refused(town: Any) -> None:
    owner = await town.owner()
    account, key = await _robot(owner, "viewer")
    path = f"/service-accounts/{account['id']}"
    other = (await owner.call("POST", f"{path}/keys", json={"name": "second", "days": None})).json()
    assert other["expires_at"] is None
    assert (await owner.call("DELETE", f"{path}/keys/{key['id']}")).status_code == 204
    assert (await _exchange(town, key["key"])).status_code == 401
    assert (await _exchange(town, other["key"])).status_code == 200
    assert RevocationEvent.FromString((await town.revocations(owner.tenant_id))[-1]).session_id == key["id"]
    assert (await owner.call("DELETE", path)).status_code == 204
    assert (await _exchange(town, other["key"])).status_code == 401
    assert RevocationEvent.FromString((await town.revocations(owner.tenant_id))[-1]).subject == account["id"]


async def test_service_account_when_it_would_have_more_than_its_maker_then_403(town: Any) -> None:
    owner = await town.owner()
    admin = await town.join(owner, "admin")
    body = {"name": "boss", "roles": ["owner"]}
    refused = await admin.call("POST", "/service-accounts", json=body)
    assert (refused.status_code, refused.json()["reason"]) == (403, "ROLE_NOT_YOURS")
    boss = (await owner.call("POST", "/service-accounts", json=body)).json()
    key = await admin.call("POST", f"/service-accounts/{boss['id']}/keys", json={"name": "mine"})
    assert (key.status_code, key.json()["reason"]) == (403, "ROLE_NOT_YOURS"), "a key acts as its account"
    assert (await admin.call("DELETE", f"/service-accounts/{boss['id']}")).status_code == 403


async def test_service_account_when_the_name_is_taken_or_no_name_then_refused(town: Any) -> None:
    owner = await town.owner()
    assert (await owner.call("POST", "/service-accounts", json=BODY)).status_code == 201
    assert (await owner.call("POST", "/service-accounts", json=BODY)).json()["reason"] == "NAME_TAKEN"
    assert (await owner.call("POST", "/service-accounts", json=BODY | {"name": " "})).status_code == 422
    assert (await owner.call("POST", "/service-accounts", json=BODY | {"name": "a\nb"})).status_code == 422


async def test_keys_when_there_are_too_many_then_409(town: Any) -> None:
    owner = await town.owner()
    account, _ = await _robot(owner, "viewer")
    path = f"/service-accounts/{account['id']}/keys"
    answers = [await owner.call("POST", path, json={"name": f"{n}"}) for n in range(10)]
    assert [answer.status_code for answer in answers] == [201] * 9 + [409]
