"""Secrets that people and programs hand over are nowhere to be found afterwards: only hashes of them, or sealed values.

Each is typed as it should be and as it should not: into the wrong field, a broken body, a source that fails.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from aos import AosError, Client
from aos_local.backing.postgres import EXAMPLE
from aos_local.provision import with_login
from aos_local.stack.ports import PortBook
from psycopg import sql

from tests.integration.canaries import in_bytes, in_files, in_gateway, in_tables, in_valkey, own_secrets
from tests.integration.helpers import mailed_ticket, run_pipeline, wait_until

NOT_SEARCHED = ("secrets", "session.json")
"""In the platform's folder: where secrets belong, and where the command keeps its user's own."""

TRIED = ("ACTIVE", "FAILED", "succeeded", "failed")
"""States of connections and scans whose source has been tried."""


@dataclass
class Planted:
    """Secrets by what they are, and every body that an error was answered with."""

    stack: Any
    client: Client
    email: str
    secrets: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    def new(self, name: str) -> str:
        """Make a secret up."""
        self.secrets[name] = f"Canary-{uuid4().hex}"
        return self.secrets[name]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request, with the owner's token unless another is given; text goes as it is."""
        sent = {"Authorization": f"Bearer {self.secrets['access token']}", "Content-Type": "application/json"} | headers
        content = body if isinstance(body, str) else json.dumps(body)
        answer = httpx.request(method, self.stack.url + path, content=content, headers=sent, timeout=60)
        if answer.is_error:
            self.bodies.append(answer.content + str(answer.headers).encode())
        return answer

    def refuse(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """Send what must be refused."""
        answer = self.send(method, path, body, **headers)
        assert 400 <= answer.status_code < 500, f"{path}: {answer.status_code} {answer.text}"


@pytest.fixture(scope="module")
def planted(stack: Any) -> Iterator[Planted]:
    client, email = Client(stack.url), f"{uuid4().hex}@example.com"
    made = Planted(stack, client, email)
    client.register("Canaries", email, made.new("password"))
    tokens = client.transport.tokens
    made.secrets |= {"access token": tokens.access, "refresh token": tokens.refresh.rpartition(".")[2]}
    made.secrets["signature of the access token"] = tokens.access.rpartition(".")[2]
    for plant in (_passwords, _tokens, _programs, _second_factor, _provider, _sources, _mails):
        plant(made)
    run_pipeline(client)
    yield made
    client.close()


def _passwords(made: Planted) -> None:
    login = "/api/v1/auth/login"
    made.refuse("POST", login, {"email": made.email, "password": made.new("wrong password")})
    made.refuse("POST", login, {"email": [made.new("password in a list")], "password": {"a": made.new("in an object")}})
    made.refuse("POST", login, f'{{"email": "{made.email}", "password": "{made.new("password in broken JSON")}"')
    made.refuse("POST", login, {"email": made.new("password for an address"), "password": "x"})
    made.refuse("POST", login, {"email": made.email, "password": made.new("long password") * 100})
    made.refuse("POST", "/api/v1/auth/register", {"tenant_name": "", "email": "x", "password": made.new("refused")})
    change = {"current": made.new("wrong current password"), "new": made.new("new password")}
    made.refuse("POST", "/api/v1/auth/password/change", change)


def _tokens(made: Planted) -> None:
    refresh, access = made.client.transport.tokens.refresh, made.secrets["access token"]
    made.refuse("POST", "/api/v1/auth/refresh", {"refresh_token": [refresh]})
    made.refuse("POST", "/api/v1/auth/refresh", {"refresh_token": refresh[:-1] + "x", "token": refresh})
    made.refuse("POST", "/api/v1/auth/refresh", refresh)
    made.refuse("GET", "/api/v1/aam/connections", Authorization=f"Bearer {access}x")
    made.refuse("GET", "/api/v1/aam/connections", Authorization=f"Basic {access}")
    socket = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    offered = {"Sec-WebSocket-Key": "bm90IGEgc2VjcmV0IGtleQ==", "Sec-WebSocket-Protocol": f"aos, bearer.{access}x"}
    made.refuse("GET", "/api/v1/admin/audit/socket", **socket, **offered)


def _programs(made: Planted) -> None:
    robot = made.client.service_accounts.create("robot", ["viewer"])
    path = f"/api/v1/auth/service-accounts/{robot['id']}/keys"
    again = {"Idempotency-Key": str(uuid4())}
    answers = [made.send("POST", path, {"name": "first"}, **again) for _ in range(2)]
    assert answers[0].json() == answers[1].json(), "the second is the kept answer"
    key = answers[0].json()["key"]
    made.secrets["API key"] = key.rpartition("_")[2] if len(key.rpartition("_")[2]) > 20 else key[-30:]
    with Client(made.stack.url, api_key=key) as program:
        program.me()
        made.secrets["token of a program"] = program.transport.tokens.access
    made.refuse("POST", "/api/v1/auth/token", {"api_key": [key], "key": key})
    made.refuse("POST", "/api/v1/auth/token", {"api_key": f"{key}x", "key": f"{key}x"})
    made.refuse("GET", "/api/v1/auth/me", Authorization=f"Bearer {key}")


def _second_factor(made: Planted) -> None:
    made.secrets["TOTP secret"] = made.client.second_factor.begin(made.secrets["password"])["secret"]
    made.refuse("POST", "/api/v1/auth/totp/confirm", {"code": made.secrets["TOTP secret"]})


def _provider(made: Planted) -> None:
    body = {"name": "directory", "issuer": "https://127.0.0.1:1", "client_id": "x"}
    made.refuse(
        "POST", "/api/v1/admin/identity-providers", body | {"client_secret": [made.new("client secret in a list")]}
    )
    made.send("POST", "/api/v1/admin/identity-providers", body | {"client_secret": made.new("OIDC client secret")})


def _sources(made: Planted) -> None:
    """A database that answers, with its password, with a wrong one, and in shapes that cannot be."""
    home = made.stack.platform.settings.home
    port = PortBook(home.run / "ports.json").remembered(EXAMPLE)
    user, admin_url = f"canary_{uuid4().hex[:8]}", made.stack.platform.example_admin_url()
    password = made.new("connector's password")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(user), sql.Literal(password))
        admin.execute(role)
        admin.execute(sql.SQL("CREATE TABLE IF NOT EXISTS public.accounts (account_id int, account_name text)"))
        admin.execute(sql.SQL("GRANT SELECT ON public.accounts TO {}").format(sql.Identifier(user)))
    good = with_login(admin_url, user, password, "postgres")
    bad = with_login(admin_url, user, made.new("connector's wrong password"), "postgres")
    for name, url in (("good", good), ("bad", bad)):
        connection = made.client.connections.create(name, "postgres", {"url": url})
        wait_until(
            lambda of=connection: made.client.connections.get(of["id"])["state"], lambda s: s in ("ACTIVE", "FAILED")
        )
        made.send("POST", f"/api/v1/aam/connections/{connection['id']}/check")
    for url in (good, bad):
        scan = made.client.discovery.scan(url, "database")
        wait_until(
            lambda of=scan: made.client.discovery.get_scan(of["id"])["state"], lambda s: s in ("succeeded", "failed")
        )
    create = "/api/v1/aam/connections"
    for name, where in (("no port", "127.0.0.1:x"), ("no host", ""), ("forbidden host", f"10.0.0.1:{port}")):
        url = f"postgresql://{user}:{made.new(f'password of a source with {name}')}@{where}/postgres"
        made.send("POST", create, {"name": name, "connector": "postgres", "settings": {"url": url}})
        made.send("POST", "/api/v1/aod/scans", {"location": url, "name": name})
    made.refuse("POST", create, {"name": "x", "connector": "postgres", "settings": [made.new("settings in a list")]})
    odd = {"host": "127.0.0.1", "database": "x", "user": "x", "password": {"a": made.new("source's password, nested")}}
    made.refuse("POST", create, {"name": "x", "connector": "postgres", "settings": odd})


def _mails(made: Planted) -> None:
    guest = f"{uuid4().hex}@example.com"
    made.client.invitations.send(guest, ["viewer"])
    made.client.password.forgot(made.email)
    for name, to in (("invitation", guest), ("password reset", made.email)):
        ticket = wait_until(lambda of=to: mailed_ticket(made.stack, of), bool)
        made.secrets[f"ticket of the {name}"] = ticket.rpartition(".")[2]
        made.refuse("POST", "/api/v1/auth/invitations/accept", {"ticket": [ticket], "password": "x"})
        made.refuse("POST", "/api/v1/auth/password/reset", {"ticket": ticket, "password": "x"})


def test_secrets_when_sent_in_every_way_then_no_error_repeats_them(planted: Planted) -> None:
    assert len(planted.secrets) > 20
    assert len(planted.bodies) > 20
    assert in_bytes("error bodies", b"\n".join(planted.bodies), planted.secrets) == []


def test_secrets_when_kept_then_no_row_stream_or_key_shows_them(planted: Planted) -> None:
    everything = planted.secrets | own_secrets(planted.stack.home)
    assert in_tables(planted.stack.platform.postgres_admin_url(), everything) == []
    assert in_valkey(planted.stack, everything) == []


def test_secrets_when_kept_then_no_file_shows_them(planted: Planted) -> None:
    folders = [one for one in planted.stack.home.iterdir() if one.name not in NOT_SEARCHED]
    files = [file for folder in folders for file in ([folder] if folder.is_file() else folder.rglob("*"))]
    assert len(files) > 100
    assert in_files(files, planted.secrets) == []


def test_secrets_when_used_then_the_gateway_does_not_tell_its_administrator(planted: Planted) -> None:
    assert in_gateway(planted.stack, planted.secrets | own_secrets(planted.stack.home)) == []


def test_search_when_a_secret_is_written_down_then_it_is_found(planted: Planted, tmp_path: Any) -> None:
    secret = planted.secrets["password"]
    for written in (secret, secret.encode().hex(), base64.b64encode(f"a:{secret}:b".encode()).decode()):
        file = tmp_path / "written"
        file.write_text(f"before {written} after")
        assert in_files([file], {"it": secret}) == [f"it in {file}"]


def test_failures_when_told_then_they_say_what_is_wrong(planted: Planted) -> None:
    states = {one["name"]: one for one in planted.client.connections.list()}
    assert states["bad"]["state"] == "FAILED"
    assert states["bad"]["error"]
    with pytest.raises(AosError):
        planted.client.connections.get("nothing")
