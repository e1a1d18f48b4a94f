"""From a collection to canonical rows: first all, then what changed, then what is gone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.domain.connection import Stream, StreamState
from aam.domain.errors import SchemaChanged
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.schema import fingerprint
from aam.ports import Extraction, Progress, Task
from aos_common.egress import Egress
from aos_common.objects import ObjectStore
from bson import Decimal128
from pymongo import MongoClient
from pymongo.database import Database

TENANT, CONNECTION = uuid4(), uuid4()
DEALS = Mapping(1, "deal", (FieldMapping("worth.amount", "amount", "decimal", Transform("decimal")),))


@pytest.fixture
def shop(mongo_url: str) -> Iterator[Database[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        name = f"shop_{uuid4().hex[:8]}"
        yield client[name]
        client.drop_database(name)


def test_extract_when_documents_come_change_and_go_then_each_reading_tells_it_all(
    shop: Database[dict[str, Any]], objects: ObjectStore
) -> None:
    shop.deals.insert_many([{"_id": n, "worth": {"amount": Decimal128(f"{n}.10")}} for n in range(40)])
    host, port = shop.client.address or ("", 0)
    connector = MongoConnector(Egress("127.0.0.1"), 10)
    plain = {"hosts": [f"{host}:{port}"], "database": shop.name, "user": "reader", "password": "reader-geheim"}
    source = connector.open(*connector.split({**plain, "tls": "disable"}))
    [found] = source.discover()
    assert found.schema is not None
    mark = fingerprint(found.schema.columns)
    stream = Stream(CONNECTION, "deals", StreamState.READY, found.schema, mark, DEALS)
    task = Task(TENANT, CONNECTION, uuid4(), "one", stream)
    extractor = ArrowExtractor(objects, quarantine_limit=10)

    def canonical(result: Extraction) -> dict[str, str]:
        tenant = objects.tenant(TENANT)
        tables = [pq.read_table(tenant.path(name.canonical_key)) for name, _ in result.batches]
        listed = [row for table in tables for row in table.to_pylist()]
        return {row["_key"]: str(row["amount"]) for row in listed if row.get("amount") is not None}

    def after(result: Extraction) -> Task:
        moved = replace(task.stream, cursor=result.cursor, version=result.version, published_mapping=1)
        return replace(task, run_id=uuid4(), stream=moved)

    first = extractor.extract(task, source, Progress())
    assert (len(canonical(first)), first.snapshot, len(first.batches)) == (40, True, 4)
    task = after(first)
    assert extractor.extract(task, source, Progress()).unchanged
    shop.deals.update_one({"_id": 7}, {"$set": {"worth.amount": Decimal128("70.25")}})
    changed = extractor.extract(task, source, Progress())
    assert ({key: value.rstrip("0") for key, value in canonical(changed).items()}, changed.snapshot) == (
        {"7": "70.25"},
        False,
    )
    task = after(changed)
    shop.deals.delete_one({"_id": 7})
    gone = extractor.extract(task, source, Progress())
    assert "7" not in canonical(gone)
    assert len(canonical(gone)) == (39 if gone.snapshot else 0)
    assert gone.version > changed.version > first.version
    task = after(gone)
    shop.deals.update_many({}, {"$set": {"colour": "red"}})
    with pytest.raises(SchemaChanged, match="added colour"):
        extractor.extract(task, source, Progress())
