"""Sources that are asked for a few records: what they ask for is counted at the source."""

from pathlib import Path
from typing import Any

import pymongo
import pytest
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.adapters.sources.salesforce.connector import SalesforceConnector
from aam.ports import LimitedSource, SchemalessSource, Source
from aos_common.egress import Egress
from aos_local.salesforce.client import salesforce

ROWS = 20


def rows_of(source: Source, stream: str) -> int:
    """Read the stream as the first look does, in the shape that discovery found."""
    [found] = [one for one in source.discover() if one.name == stream]
    assert found.schema is not None, found.error
    assert isinstance(source, SchemalessSource)
    with source.read_as(stream, {}, found.schema) as read:
        return sum(batch.data.num_rows for batch in read.batches())


def test_collection_when_limited_then_ten_documents_find_the_columns_and_ten_are_read(mongo_url: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        shop = client["limited"]
        shop["orders"].insert_many([{"_id": number, "n": number} for number in range(500)])
        url = (
            mongo_url.rpartition("/")[0] + "/limited" + ("?" + mongo_url.partition("?")[2] if "?" in mongo_url else "")
        )
        settings = MongoConnector(Egress("127.0.0.1")).split({"url": url})
        source = MongoConnector(Egress("127.0.0.1")).open(*settings)
        assert isinstance(source, LimitedSource)
        assert rows_of(source, "orders") == 500
        assert rows_of(source.limited(ROWS), "orders") == ROWS // 2
        client.drop_database("limited")


def test_object_when_limited_then_one_query_asks_for_twenty_records_without_deleted_ones(tmp_path: Path) -> None:
    with salesforce() as organisation:
        organisation.generate("Account", 300, start="2024-01-01T00:00:00Z")
        connector = SalesforceConnector(Egress("127.0.0.1"))
        source = connector.open(*connector.split(organisation.settings()))
        assert isinstance(source, LimitedSource)
        before = len(organisation.requests())
        with source.limited(ROWS).read("Account", {}) as read:
            [batch] = read.batches()
        assert (batch.data.num_rows, read.cursor()) == (ROWS, {})
        asked = [one["path"] for one in organisation.requests()[before:] if "query" in one["path"].lower()]
        assert len(asked) == 1
        with pytest.raises(StopIteration), source.limited(ROWS).read("Contact", {}) as empty:
            next(empty.batches())
