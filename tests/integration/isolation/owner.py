"""A tenant with something in every table, all of it recognisable, and ways to see that nobody touched it."""

import asyncio
import base64
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from aos import Client
from aos_common.secrets import SecretBox
from psycopg import sql

from tests.integration.helpers import approve_mappings, connect, hashes, run_pipeline, wait_until

PASSWORD = "a password for tests"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SERVICES = ("identity", "aod", "aam", "dcl", "aoa", "nlp_gateway")


@dataclass
class Owner:
    """What was planted, and how to find it again.

    `mark` is in every text; `key` belongs to a request that can be repeated; `ids` are what paths and messages name, by
    parameter or `service.parameter`; `known` are all ids of the owner's rows: whoever names one that they did not send
    has seen it.
    """

    client: Client
    tenant: str
    email: str
    folder: Path
    mark: str
    ids: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    marks: tuple[bytes, ...] = ()
    page_tokens: list[str] = field(default_factory=list)
    key: str = field(default_factory=lambda: str(uuid4()))

    def shown_in(self, answer: bytes) -> str:
        """Return which planted text an answer holds, "" for none; base64 is looked through."""
        lowered = answer.lower()
        if self.mark.encode() in lowered:
            return self.mark
        return next((mark.decode() for mark in self.marks if mark in answer), "")

    def named_in(self, answer: bytes) -> set[str]:
        """Return the owner's ids that an answer holds."""
        return set(UUID.findall(answer.decode("latin-1").lower())) & self.known


def plant(stack: Any, admin: psycopg.Connection[Any], folder: Path) -> Owner:
    """Register the owner and fill every service, through the gateway."""
    mark = f"zq{uuid4().hex[:12]}"
    client = Client(stack.url)
    email = f"{mark}@example.com"
    user = client.register(f"Tenant {mark}", email, PASSWORD)
    stack.clients.append(client)
    owner = Owner(client, user["tenant_id"], email, folder, mark, marks=tuple(_encoded(mark)))
    _files(folder, mark)
    second = folder / "second"
    second.mkdir()
    _files(second, mark)
    connection = connect(client, str(folder), f"first {mark}")
    other = connect(client, str(second), f"second {mark}")
    for one in (connection, other):
        approve_mappings(client, one["id"])
    assert run_pipeline(client)["state"] == "succeeded"
    _spoil(folder, mark)
    assert run_pipeline(client)["state"] == "succeeded"
    assert next(iter(client.connections.quarantine(connection["id"])))["value"] == f"value {mark}"
    _accounts(owner)
    watch = {"name": f"watch {mark}", "url": "https://127.0.0.1:1", "bearer_token": f"token {mark}"}
    made = client.transport.post("/api/v1/aam/watches", {**watch, "every_seconds": 86_400})
    path = f"/api/v1/aam/watches/{made['id']}"
    wait_until(lambda: client.transport.get(path), lambda one: one["state"] != "pending")
    owner.ids["watch_id"] = made["id"]
    owner.ids["provider_id"] = _provider(stack, admin, owner)
    owner.ids |= _knowledge(client, mark)
    owner.ids |= _ids(client, connection["id"], user["id"], owner.ids)
    owner.page_tokens = _page_tokens(client)
    _repeatable(owner)
    return owner


def _files(folder: Path, mark: str) -> None:
    rows = "".join(f"{n},Company {mark} {n},retail,{n}.5\n" for n in range(1, 120))
    (folder / "accounts.csv").write_text(f"account_id,account_name,industry,revenue\n{rows}")


def _spoil(folder: Path, mark: str) -> None:
    with (folder / "accounts.csv").open("a") as file:
        file.write(f"900,Company {mark} 900,retail,value {mark}\n")


def _accounts(owner: Owner) -> None:
    """People, programs, keys, a provider of their own, a flag and refused calls."""
    client, mark = owner.client, owner.mark
    invited = client.invitations.send(f"guest-{mark}@example.com", ["viewer"])
    robot = client.service_accounts.create(f"robot {mark}", ["viewer"])
    key = client.service_accounts.create_key(robot["id"], f"key {mark}")
    client.flags.set("auto_repair", True)
    with Client(client.transport.url, api_key=key["key"]) as program:
        refused = program.transport  # leaves a refusal in the audit log
        program.me()
        with_ticket = {"location": str(owner.folder), "name": mark}
        answer = refused._send_once("POST", "/api/v1/aod/scans", {"json": with_ticket})
        assert answer.status_code == 403, answer.text
    owner.ids |= {
        "invitation_id": invited["id"],
        "account_id": robot["id"],
        "key_id": key["id"],
    }
    assert client.flags.list()


def _knowledge(client: Client, mark: str) -> dict[str, str]:
    """A collection, and two documents that are read in."""
    base = "/api/v1/nlp/kb"
    collection = client.transport.post(f"{base}/collections", {"name": f"papers {mark}"})
    for number in (1, 2):
        sent = {"text": f"Paper {number} of {mark}.", "title": f"Paper {mark}", "collection": collection["name"]}
        document = client.transport.post(f"{base}/documents", sent)
        path = f"{base}/documents/{document['id']}"
        wait_until(lambda path=path: client.transport.get(path), lambda one: one["state"] == "ready", 90)
    return {"collection_id": collection["id"], "document_id": document["id"]}


def _provider(stack: Any, admin: psycopg.Connection[Any], owner: Owner) -> str:
    """Written by hand: the platform would look whether it answers, and nothing of the sort runs here."""
    made, mark = uuid4(), owner.mark
    box = SecretBox.from_setting((stack.platform.settings.home.secrets / "identity-credential-key").as_uri())
    sealed = asyncio.run(box.seal(f"secret {mark}".encode(), f"{owner.tenant}|{made}"))
    columns = ["tenant_id", "id", "name", "issuer", "client_id", "secret", "scopes", "group_claim", "role_map"]
    values = [owner.tenant, made, f"directory {mark}", "https://127.0.0.1:1", f"client-{mark}", sealed]
    statement = sql.SQL("INSERT INTO identity.identity_providers ({}) VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, [*columns, "default_roles", "domains", "created_at"])),
        sql.SQL(", ").join([sql.Placeholder()] * 11 + [sql.SQL("now()")]),
    )
    admin.execute(statement, [*values, ["openid"], "groups", "{}", ["viewer"], [f"{mark}.com"]])
    admin.execute("INSERT INTO identity.sign_on_names (tenant_id, provider_id) VALUES (%s, %s)", [owner.tenant, made])
    return str(made)


def _ids(client: Client, connection_id: str, user_id: str, made: dict[str, str]) -> dict[str, str]:
    """The real ids, by the names that paths and messages use; `service.name` where two services say the same."""
    runs = client.transport.get("/api/v1/aam/runs", connection_id=connection_id)["runs"]
    finding = next(f for f in client.discovery.findings() if f["connection_id"] == connection_id)
    scans = client.transport.get("/api/v1/aod/scans")["scans"]
    return made | {
        "user_id": user_id,
        "session_id": client.sessions.list()[0]["id"],
        "scan_id": next(scan["id"] for scan in scans if scan["finding_id"] == finding["id"]),
        "finding_id": finding["id"],
        "connection_id": connection_id,
        "aam.run_id": runs[0]["id"],
        "aoa.run_id": next(iter(client.runs.list()))["id"],
        "dcl.run_id": runs[0]["id"],
        "proposal_id": next(iter(client.proposals.list(connection_id=connection_id)))["id"],
        "identity.name": "auto_repair",
        "stream": "accounts.csv",
        "view": "account",
        "metric": "accounts",
        "answer_id": "0199c0de-0000-7000-8000-000000000001",
    }


def _page_tokens(client: Client) -> list[str]:
    """What continues the owner's own lists."""
    paths = (
        "aam/connections",
        "aam/runs",
        "aod/scans",
        "aod/findings",
        "aoa/runs",
        "dcl/proposals",
        "admin/audit",
        "nlp/kb/documents",
    )
    pages = [client.transport.get(f"/api/v1/{path}", page_size=1) for path in paths]
    pages.append(client.transport.get("/api/v1/dcl/views/account", page_size=1))
    tokens = [page["next_page_token"] for page in pages]
    assert all(tokens), tokens
    return tokens


def _repeatable(owner: Owner) -> None:
    """Ask with a key, so that the answer with the owner's rows is kept under it."""
    tokens = owner.client.transport.tokens
    assert tokens is not None
    headers = {"Authorization": f"Bearer {tokens.access}", "Idempotency-Key": owner.key}
    url = f"{owner.client.transport.url}/api/v1/dcl/views/account/query"
    for replayed in (None, "true"):
        answer = httpx.post(url, headers=headers, json={})
        assert owner.mark in answer.text
        assert answer.headers.get("idempotent-replayed") == replayed


def _encoded(mark: str) -> list[bytes]:
    """How base64 shows the text at each of the three places where it may begin."""
    found = []
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + mark.encode())
        # The first and the last characters depend on the neighbours.
        found.append(coded[4 if shift else 0 : -4])
    return found


def tenant_tables(admin: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """Return every table that has rows of tenants, as the catalogue knows them, without partitions of tables."""
    rows = admin.execute(
        "SELECT table_schema, table_name FROM information_schema.columns"
        " WHERE table_schema = ANY(%s) AND column_name = 'tenant_id'"
        " AND NOT (SELECT relispartition FROM pg_class"
        " WHERE oid = format('%%I.%%I', table_schema, table_name)::regclass)"
        " ORDER BY 1, 2",
        [list(SERVICES)],
    ).fetchall()
    return [(schema, table) for schema, table in rows]


def known_ids(admin: psycopg.Connection[Any], tenant: str) -> set[str]:
    """Return every id in any row of the tenant's, whatever its column."""
    found: set[str] = set()
    for schema, table in tenant_tables(admin):
        query = sql.SQL("SELECT t::text FROM {} t WHERE tenant_id = %s").format(sql.Identifier(schema, table))
        for (text,) in admin.execute(query, [tenant]):
            found |= set(UUID.findall(text))
    return found


def fingerprint(admin: psycopg.Connection[Any], owner: Owner) -> dict[str, Any]:
    """Return what changes with the least change of the owner's: each row with its version, views, and files."""
    rows: dict[str, Any] = {}
    for schema, table in tenant_tables(admin):
        query = sql.SQL(
            "SELECT count(*), md5(coalesce(string_agg(t.xmin::text || t::text, '|' ORDER BY t::text), ''))"
            " FROM {} t WHERE tenant_id = %s"
        ).format(sql.Identifier(schema, table))
        rows[f"{schema}.{table}"] = admin.execute(query, [owner.tenant]).fetchone()
    return rows


def files(root: Path, tenant: str) -> dict[str, tuple[int, int]]:
    """Return size and time of every object of the tenant's."""
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in (root / tenant).rglob("*") if p.is_file()}


def contents(owner: Owner) -> dict[str, str]:
    """Return the content hashes of the owner's views."""
    return hashes(owner.client)


def at_rest(admin: psycopg.Connection[Any], owner: Owner) -> dict[str, Any]:
    """Return the fingerprint once looks a second apart are the same: nothing is still under way."""
    looks = [fingerprint(admin, owner)]

    def settled() -> bool:
        time.sleep(1)
        looks.append(fingerprint(admin, owner))
        return looks[-1] == looks[-2]

    wait_until(settled, bool, 60)
    return looks[-1]
