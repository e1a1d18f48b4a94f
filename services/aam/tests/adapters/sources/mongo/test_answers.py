"""What is asked of a server for whole answers, and that nothing is left behind there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any
from uuid import uuid4

import bson
import pytest
from aam.adapters.sources.mongo.answers import found
from aam.adapters.sources.mongo.layouts import Documents
from pymongo import MongoClient, monitoring
from pymongo.collection import Collection
from pymongo.hello import Hello

Asked = list[dict[str, Any]]


class Listener(monitoring.CommandListener):
    """Keeps the commands that were sent."""

    def __init__(self) -> None:
        self.asked: Asked = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.asked.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing is kept of it."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing is kept of it."""


@contextmanager
def watched(url: str) -> Iterator[tuple[Collection[dict[str, Any]], Asked]]:
    """A collection of ten documents, and what is asked of its server from now on."""
    listener = Listener()
    with MongoClient[dict[str, Any]](url, event_listeners=[listener]) as client:
        name = f"answers_{uuid4().hex[:8]}"
        client[name].deals.insert_many([{"_id": n} for n in range(10)])
        listener.asked.clear()
        yield client[name].deals, listener.asked
        client.drop_database(name)


def keys(answers: Iterator[Documents]) -> list[list[int]]:
    return [[bson.decode(answer.one(place))["_id"] for place in range(len(answer))] for answer in answers]


def test_found_when_more_than_one_answer_then_all_are_of_one_session(mongo_url: str) -> None:
    with watched(mongo_url) as (collection, asked):
        told = keys(found(collection, {"_id": {"$gt": 0}}, most=4, sort={"_id": 1}))
    assert list(chain(*told)) == list(range(1, 10))
    assert max(map(len, told)) <= 4
    assert [next(iter(one)) for one in asked[:3]] == ["find", "getMore", "getMore"]
    assert len({bytes(one["lsid"]["id"]) for one in asked[:3]}) == 1


def test_found_when_left_then_the_servers_cursor_is_closed(mongo_url: str) -> None:
    with watched(mongo_url) as (collection, asked):
        with closing(found(collection, most=4)) as answers:
            next(answers)
        assert [next(iter(one)) for one in asked] == ["find", "killCursors"]
        assert asked[0]["lsid"] == asked[1]["lsid"]
        killed = asked[1]["cursors"]
        assert len(killed) == 1
        again = collection.database.command({"killCursors": collection.name, "cursors": killed})
        assert again["cursorsNotFound"] == killed


def test_found_when_the_server_has_no_sessions_then_reads_without(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hello, "logical_session_timeout_minutes", None)
    with watched(mongo_url) as (collection, asked):
        assert list(chain(*keys(found(collection, most=4, sort={"_id": 1})))) == list(range(10))
        assert [next(iter(one)) for one in asked] == ["find", "getMore", "getMore"]
        assert not any("lsid" in one for one in asked)
