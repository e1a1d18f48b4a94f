"""Readings that are broken off anywhere, while the source changes: what was landed comes out equal to the source."""

import json
import random
from typing import Any
from uuid import uuid4

import pytest
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.ports import Json, Source
from aos_common.egress import Egress
from pymongo import MongoClient
from pymongo.collection import Collection

SEEDS = 6


def disturb(deals: Collection[dict[str, Any]], dice: random.Random) -> None:
    """A few inserts, updates, replacements and deletions anywhere."""
    for _ in range(dice.randrange(6)):
        key = dice.randrange(120)
        match dice.randrange(4):
            case 0:
                deals.delete_one({"_id": key})
            case 1:
                deals.replace_one({"_id": key}, {"n": dice.randrange(1000)}, upsert=True)
            case _:
                deals.update_one({"_id": key}, {"$set": {"n": dice.randrange(1000)}}, upsert=True)


def read_on(
    source: Source, cursor: Json, landed: dict[Any, Any], deals: Collection[dict[str, Any]], dice: random.Random
) -> tuple[Json, bool]:
    """One attempt that may break off after any batch; returns the cursor saved and whether it came to the end."""
    with source.read("deals", cursor) as reading:
        if reading.snapshot:
            landed.clear()
        saved = cursor if not reading.snapshot else {}
        for batch in reading.batches():
            landed.update({row["_id"]: row["n"] for row in batch.data.to_pylist()})
            for gone in batch.deleted.to_pylist() if batch.deleted is not None else []:
                landed.pop(gone["_id"], None)
            saved = json.loads(json.dumps(batch.state)) if batch.state else saved
            disturb(deals, dice)
            if dice.random() < 0.3:
                return saved, False
        return json.loads(json.dumps(reading.cursor())), True


@pytest.mark.parametrize("seed", range(SEEDS))
def test_read_when_broken_off_anywhere_then_no_change_is_lost(mongo_url: str, seed: int) -> None:
    dice = random.Random(seed)
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = f"crash_{uuid4().hex[:8]}"
        deals = client[name].deals
        deals.insert_many([{"_id": n, "n": n} for n in range(60)])
        host, port = client.address or ("", 0)
        connector = MongoConnector(Egress("127.0.0.1"), batch_rows=dice.choice((1, 7, 20)))
        place = {"hosts": [f"{host}:{port}"], "database": name, "tls": "disable"}
        source = connector.open(*connector.split({**place, "user": "reader", "password": "reader-geheim"}))
        landed: dict[Any, Any] = {}
        cursor: Json = {}
        for _ in range(8):
            cursor, _ = read_on(source, cursor, landed, deals, dice)
            disturb(deals, dice)
        ended = False
        quiet = random.Random(1)
        quiet.random = lambda: 1.0  # type: ignore[method-assign]  # no more crashes
        quiet.randrange = lambda *_: 0  # type: ignore[method-assign,assignment]  # and no more changes
        for _ in range(3):
            cursor, ended = read_on(source, cursor, landed, deals, quiet)
        assert ended
        assert landed == {one["_id"]: one["n"] for one in deals.find()}
        client.drop_database(name)
