"""The mongo connector under the conformance kit."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest
from aam.adapters.conformance import CHECKS, Check, Subject
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.ports import Json
from aos_common.egress import Egress
from bson import Decimal128
from pymongo import MongoClient

PASSWORD = "reader-geheim"
TEXTS = ("objectid", "decimal128", "uuid", "bindata", "json", "mixed")


class Mongo:
    """A database with a collection of 300 documents, read 50 at a time by a user that may only read."""

    stream = "deals"
    primary_key = ("_id",)
    carriers: Mapping[str, str] = dict.fromkeys(
        ("objectid", "decimal128", "uuid", "bindata", "json", "mixed"), "string"
    )
    batches = 6
    sees_deletions = True
    secrets: Sequence[str] = (PASSWORD,)

    def __init__(self, client: MongoClient[dict[str, Any]], name: str) -> None:
        self._deals, self._shop, self._log = client[name].deals, client[name], client.local["oplog.rs"]
        host, port = client.address or ("", 0)
        self.connector = MongoConnector(Egress("127.0.0.1"), batch_rows=50)
        place = {"hosts": [f"{host}:{port}"], "database": name, "tls": "disable"}
        self.settings: Json = {**place, "user": "reader", "password": PASSWORD}
        self.wrong = {
            "the password": {**self.settings, "password": f"{PASSWORD} not"},
            "no user": place,
            "the host": {**self.settings, "hosts": ["no.such.host.invalid"]},
            "the port": {**self.settings, "hosts": [f"{host}:1"]},
            "a forbidden address": {**self.settings, "hosts": ["169.254.169.254"]},
        }
        self._deals.insert_many(
            [
                {"_id": n, "name": f"name {n}", "worth": {"amount": Decimal128(f"{n}.50")}, "tags": [n, "a"]}
                for n in range(300)
            ]
        )
        self._shop.plain.insert_one({})

    def _record(self, document: Mapping[str, Any]) -> Json:
        n, name = document["_id"], document["name"]
        worth = str(document["worth"]["amount"])
        return {"_id": n, "name": name, "worth.amount": worth, "tags": f'[{n},"a"]', "_other": None}

    def expected(self) -> Sequence[Json]:
        return [self._record(document) for document in self._deals.find()]

    def change(self) -> Json:
        self._deals.update_one({"_id": 7}, {"$set": {"worth.amount": Decimal128("70.250")}})
        found = self._deals.find_one({"_id": 7})
        assert found is not None
        return self._record(found)

    def remove(self) -> Json:
        return self._record(self._deals.find_one_and_delete({"_id": 9}))

    def beyond(self, cursor: Json) -> Json:
        return {**cursor, "time": [2**31 - 1, 1]}

    def content(self) -> str:
        listed = [(one["name"], one["options"]) for one in self._shop.list_collections()]
        documents = [list(self._shop[name].find().sort("_id")) for name, _ in sorted(listed)]
        logged = {"ns": {"$regex": f"^{self._shop.name}[.]"}}
        written = [(one["ts"], one["op"], one["ns"]) for one in self._log.find(logged).sort("ts")]
        return hashlib.sha256(repr((sorted(listed), documents, written)).encode()).hexdigest()


@pytest.fixture(scope="module")
def subject(mongo_url: str) -> Iterator[Subject]:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = f"kit_{uuid4().hex[:8]}"
        yield Mongo(client, name)
        client.drop_database(name)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_mongo_when_the_kit_asks_then_conforms(
    check: Check, subject: Subject, record_property: Callable[[str, Any], None]
) -> None:
    record_property("conformance", ("mongo", check.__name__, "fails"))
    record_property("conformance", ("mongo", check.__name__, check(subject)))
