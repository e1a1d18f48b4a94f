"""Sources whose rows are known, that change in between: what workers are killed over."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aos_local.salesforce.client import Emulator, salesforce
from aos_local.salesforce.example import CLIENT_ID, CLIENT_SECRET
from pymongo import MongoClient

ROWS = 2_000
CHANGED, GONE, NEW = range(100, 140), range(200, 230), range(ROWS, ROWS + 20)


@dataclass(frozen=True)
class Origin:
    """One stream of a source: rows are `{key: n}`; `change` updates, deletes and adds some, `rows` are those of now."""

    connector: str
    stream: str
    settings: dict[str, Any]
    rows: Callable[[], dict[str, int]]
    change: Callable[[], None]
    key: str = "id"
    n: str = "n"
    kills: int = 30
    """More than half of a connector's fifty, where it reads in two ways."""
    unit: int = 500
    """Rows at most between two places to resume at: 250 a batch, of two answers where a scan is gone on with."""

    @property
    def mapping(self) -> Mapping:
        return Mapping(1, "item", (FieldMapping(self.n, "n", "integer", Transform("integer")),), (self.key,))


@contextmanager
def files(request: pytest.FixtureRequest) -> Iterator[Origin]:
    folder = Path(request.getfixturevalue("tmp_path")) / "in"
    folder.mkdir()
    held = {str(n): n * 7 for n in range(ROWS)}

    def write() -> None:
        (folder / "items.csv").write_text("id,n\n" + "".join(f"{key},{n}\n" for key, n in held.items()))

    def change() -> None:
        held.update({str(n): held[str(n)] + 1 for n in CHANGED})
        for n in GONE:
            held.pop(str(n), None)
        held.update({str(n): len(held) for n in NEW})
        write()

    write()
    yield Origin("files", "items.csv", {"path": str(folder)}, lambda: dict(held), change, kills=50)


@contextmanager
def postgres(request: pytest.FixtureRequest, **settings: Any) -> Iterator[Origin]:
    url = request.getfixturevalue("shop")
    with psycopg.connect(url, autocommit=True) as shop:
        shop.execute("CREATE TABLE items (id int PRIMARY KEY, n int)")
        shop.execute(f"INSERT INTO items SELECT i, i * 7 FROM generate_series(0, {ROWS - 1}) i")

        def rows() -> dict[str, int]:
            return {str(key): n for key, n in shop.execute("SELECT id, n FROM items").fetchall()}

        def change() -> None:
            with shop.transaction():
                shop.execute(f"UPDATE items SET n = n + 1 WHERE id BETWEEN {CHANGED.start} AND {CHANGED.stop - 1}")
                shop.execute(f"DELETE FROM items WHERE id BETWEEN {GONE.start} AND {GONE.stop - 1}")
                added = f"SELECT i, i FROM generate_series({NEW.start}, {NEW.stop - 1}) i ON CONFLICT (id)"
                shop.execute(f"INSERT INTO items {added} DO UPDATE SET n = items.n + 1")

        yield Origin("postgres", "public.items", {"url": url, **settings}, rows, change)


def followed(request: pytest.FixtureRequest) -> AbstractContextManager[Origin]:
    """A table whose changes the source's log tells."""
    return postgres(request, replication="required")


@contextmanager
def mongo(request: pytest.FixtureRequest) -> Iterator[Origin]:
    with MongoClient[dict[str, Any]](request.getfixturevalue("mongo_url")) as client:
        name = f"kill_{uuid4().hex[:8]}"
        items = client[name].items
        items.insert_many([{"_id": n, "n": n * 7} for n in range(ROWS)])

        def change() -> None:
            items.update_many({"_id": {"$gte": CHANGED.start, "$lt": CHANGED.stop}}, {"$inc": {"n": 1}})
            items.delete_many({"_id": {"$gte": GONE.start, "$lt": GONE.stop}})
            for n in NEW:
                items.update_one({"_id": n}, {"$inc": {"n": 1}}, upsert=True)

        def rows() -> dict[str, int]:
            return {str(one["_id"]): one["n"] for one in items.find()}

        host, port = client.address or ("", 0)
        place = {"hosts": [f"{host}:{port}"], "database": name, "tls": "disable"}
        settings = {**place, "user": "reader", "password": "reader-geheim"}
        yield Origin("mongo", "items", settings, rows, change, key="_id", kills=50)
        client.drop_database(name)


class Accounts:
    """The accounts of an emulated organisation, `NumberOfEmployees` being what is compared."""

    def __init__(self, emulator: Emulator, http: httpx.Client) -> None:
        self._emulator, self._http = emulator, http
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        token = http.post("/services/oauth2/token", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        self.insert(ROWS)

    def insert(self, count: int) -> None:
        since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        made = [{"Name": f"name {n}", "NumberOfEmployees": n * 7, "SystemModstamp": since} for n in range(count)]
        self._emulator.load("Account", made)

    def rows(self) -> dict[str, int]:
        path, found = "/services/data/v62.0/query", list[dict[str, Any]]()
        body = self._http.get(path, params={"q": "SELECT Id, NumberOfEmployees FROM Account"}).json()
        while True:
            found += body["records"]
            if body["done"]:
                return {one["Id"]: int(one["NumberOfEmployees"]) for one in found}
            body = self._http.get(body["nextRecordsUrl"]).json()

    def change(self) -> None:
        records, path = sorted(self.rows().items()), "/services/data/v62.0/sobjects/Account"
        for key, n in records[:20]:
            self._http.patch(f"{path}/{key}", json={"NumberOfEmployees": n + 1}).raise_for_status()
        for key, _ in records[30:40]:
            self._http.delete(f"{path}/{key}").raise_for_status()
        for n in range(5):
            made = self._http.post(path, json={"Name": f"new {n}", "NumberOfEmployees": n})
            assert made.status_code == 201, json.dumps(made.json())


@contextmanager
def crm(bulk_from_rows: int) -> Iterator[Origin]:
    with salesforce() as emulator, httpx.Client(base_url=emulator.url) as http:
        emulator.turn(page_size=250)
        accounts = Accounts(emulator, http)
        settings = emulator.settings(bulk_from_rows=bulk_from_rows, objects=["Account"])
        unit = 500 if bulk_from_rows > ROWS else ROWS  # a job's rows have no order to resume in
        rows, change = accounts.rows, accounts.change
        yield Origin("salesforce", "Account", settings, rows, change, key="Id", n="NumberOfEmployees", unit=unit)


ORIGINS: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Origin]]] = {
    "files": files,
    "postgres": postgres,
    "postgres followed": followed,
    "mongo": mongo,
    "salesforce rest": lambda _: crm(1_000_000),
    "salesforce bulk": lambda _: crm(1),
}


@pytest.fixture(params=ORIGINS)
def origin(request: pytest.FixtureRequest) -> Iterator[Origin]:
    with ORIGINS[request.param](request) as found:
        yield found
