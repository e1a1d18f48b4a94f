"""Ranges of the time in which documents were made."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.adapters.sources.mongo.source import MongoSource
from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aos_common.egress import Egress
from bson import ObjectId
from pymongo import MongoClient
from pymongo.database import Database

Shop = Database[dict[str, Any]]
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def shop(mongo_url: str) -> Iterator[Shop]:
    """An empty database of the test's own."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = f"shop_{uuid4().hex[:8]}"
        yield client[name]
        client.drop_database(name)


def source(shop: Shop) -> MongoSource:
    host, port = shop.client.address or ("", 0)
    plain = {"hosts": [f"{host}:{port}"], "database": shop.name, "user": "reader", "password": "reader-geheim"}
    connector = MongoConnector(Egress("127.0.0.1"), 20)
    return connector.open(*connector.split({**plain, "tls": "disable"}))


def test_span_when_read_then_holds_what_was_made_in_it_and_resumes_from_every_state(shop: Shop) -> None:
    ids = [ObjectId.from_datetime(START + timedelta(hours=n)) for n in range(240)]
    shop.deals.insert_many([{"_id": id_, "n": n} for n, id_ in enumerate(ids)])
    of, span = source(shop), Span(START + timedelta(days=2), START + timedelta(days=6))
    with of.read_span("deals", span, {}, None) as read:
        whole = [(batch.data.column("n").to_pylist(), json.loads(json.dumps(batch.state))) for batch in read.batches()]
        assert read.snapshot
    assert [n for numbers, _ in whole for n in numbers] == list(range(48, 144))
    assert len(whole) == 5
    for number, (_, state) in enumerate(whole, 1):
        with of.read_span("deals", span, state, None) as read:
            assert not read.snapshot
            rest = [n for batch in read.batches() for n in batch.data.column("n").to_pylist()]
        assert rest == [n for numbers, _ in whole[number:] for n in numbers]
    shop.drop_collection("deals")
    shop.deals.insert_one({"_id": ids[100], "n": 1})
    with of.read_span("deals", span, whole[0][1], None) as read:
        assert read.snapshot, "the place was in another collection"


def test_span_when_ids_tell_no_time_or_the_bounds_are_numbers_then_is_refused(shop: Shop) -> None:
    shop.plain.insert_one({"_id": 7, "n": 1})
    shop.deals.insert_one({"n": 1})
    of, span = source(shop), Span(START, START + timedelta(days=1))
    with pytest.raises(BackfillRefused, match="no ObjectIds"), of.read_span("plain", span, {}, None):
        pass
    numbers = Span(Decimal(1), Decimal(2))
    with pytest.raises(BackfillRefused, match="the time in `_id`"), of.read_span("deals", numbers, {}, None):
        pass
