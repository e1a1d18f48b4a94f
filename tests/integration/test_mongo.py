"""A company connects its MongoDB through the command line: seen in Safe Mode, promoted, unified, and followed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aos import Client
from aos_local.testing_mongo import mongo
from bson import Decimal128
from pymongo import MongoClient

from tests.integration.conftest import ORGANISATION, PASSWORD
from tests.integration.helpers import run_pipeline, wait_until

DEALS = 300
STAGES = ("Prospecting", "Closed Won", "Closed Lost")


def _deal(number: int) -> dict[str, Any]:
    return {
        "_id": number,
        "name": f"Deal {number}",
        "stage": STAGES[number % len(STAGES)],
        "amount": Decimal128(f"{number}.50"),
        "close_date": datetime(2026, 1 + number % 12, 1, tzinfo=UTC),
        "account": {"name": f"Account {number % 20}"},
    }


@pytest.fixture
def shop() -> Iterator[MongoClient[dict[str, Any]]]:
    with mongo(ORGANISATION) as url, MongoClient[dict[str, Any]](url) as client:
        client.shop.deals.insert_many([_deal(number) for number in range(DEALS)])
        yield client


def _amounts(client: Client) -> dict[str, Decimal]:
    return {row["opportunity_name"]: Decimal(row["amount"]) for row in client.views.query("opportunity")}


def _expected(shop: MongoClient[dict[str, Any]]) -> dict[str, Decimal]:
    return {one["name"]: one["amount"].to_decimal() for one in shop.shop.deals.find()}


def _writes(shop: MongoClient[dict[str, Any]]) -> int:
    """How many operations the server's own log tells of."""
    return shop.local["oplog.rs"].count_documents({"op": {"$in": ["i", "u", "d", "c"]}})


def test_mongo_when_onboarded_by_the_command_then_its_documents_are_unified_and_followed(
    stack: Any, shop: MongoClient[dict[str, Any]], tmp_path: Path
) -> None:
    email = f"{tmp_path.name}@example.com".replace("_", "-")
    made = stack.aos("register", "--tenant", "Mongo", "--email", email, "--password", PASSWORD, "--url", stack.url)
    assert made.returncode == 0, made.stderr
    client = Client(stack.url)
    client.sign_in(email, PASSWORD)
    stack.clients.append(client)
    host, port = shop.address or ("", 0)
    (tmp_path / "password").write_text("reader-geheim")
    pairs = [f'hosts=["{host}:{port}"]', "database=shop", "tls=disable", "user=reader"]
    pairs.append(f"password=@{tmp_path / 'password'}")
    settings = [part for pair in pairs for part in ("--set", pair)]
    before = _writes(shop)

    made = stack.aos("connections", "onboard", "mongo", "--name", "shop", *settings)
    assert made.returncode == 0, made.stderr
    found = wait_until(lambda: _connection(stack), lambda one: one["state"] != "PENDING")
    assert found["state"] == "SAFE_MODE", found["error"]
    refused = stack.aos("connections", "sync", "shop")
    assert refused.returncode != 0
    assert "Safe Mode" in refused.stderr
    seen = stack.aos("connections", "preview", "shop", "--json")
    assert seen.returncode == 0, seen.stderr
    assert "Deal 1" in seen.stdout
    promoted = stack.aos("connections", "promote", "shop")
    assert promoted.returncode == 0, promoted.stderr
    found = wait_until(lambda: _connection(stack), lambda one: one["state"] == "ACTIVE")
    for proposal in client.proposals.list("pending", found["id"]):
        client.proposals.approve(proposal["id"])
    wait_until(lambda: _connection(stack), lambda one: {s["state"] for s in one["streams"]} == {"ready"})
    run_pipeline(client)
    assert _amounts(client) == _expected(shop)
    assert _writes(shop) == before, "the source was written"

    deals = shop.shop.deals
    deals.update_many({"_id": {"$lt": 10}}, {"$set": {"amount": Decimal128("99.25")}})
    deals.delete_many({"_id": {"$gte": 290}})
    deals.insert_one(_deal(1_000))
    run = stack.aos("connections", "sync", "shop", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["streams"][0]["rows_read"] == 11, "only what has changed is read"
    wait_until(lambda: _amounts(client), lambda found: found == _expected(shop))


def _connection(stack: Any) -> Any:
    shown = stack.aos("connections", "show", "shop", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)
