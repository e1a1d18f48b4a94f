"""The salesforce connector under the conformance kit, once by pages and once by bulk jobs."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aam.adapters.conformance import CHECKS, Check, Subject
from aam.adapters.sources.salesforce.connector import SalesforceConnector
from aam.ports import Json
from aos_common.egress import Egress
from aos_local.salesforce.client import Emulator, salesforce
from aos_local.salesforce.example import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

SHOWN = ("Id", "Name", "AnnualRevenue", "NumberOfEmployees", "Active__c")
DAYS = 400


class Organisation:
    """An emulated organisation with 300 accounts from two years, read 50 at a time."""

    stream = "Account"
    primary_key = ("Id",)
    carriers: Mapping[str, str] = {}
    batches = 3
    sees_deletions = True
    secrets: Sequence[str] = (CLIENT_SECRET, REFRESH_TOKEN)

    def __init__(self, emulator: Emulator, bulk_from_rows: int) -> None:
        self._emulator = emulator
        emulator.turn(page_size=50)
        start = (datetime.now(UTC) - timedelta(days=DAYS * 2)).isoformat()
        emulator.generate("Account", 300, start=start, seconds=120_000)
        self.connector = SalesforceConnector(
            Egress(emulator.url.removeprefix("http://")), lambda seconds: time.sleep(seconds / 100), batch_rows=50
        )
        self.settings: Json = emulator.settings(bulk_from_rows=bulk_from_rows)
        self.wrong = {
            "the client secret": {**self.settings, "client_secret": "not the secret"},
            "the refresh token": {**self.settings, "refresh_token": "not the token"},
            "the host": {**self.settings, "login_url": "https://no.such.host.invalid"},
            "a forbidden address": {**self.settings, "login_url": "https://169.254.169.254"},
            "an object": {**self.settings, "objects": ["Nonsense__c"]},
        }
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        self._http = httpx.Client(base_url=emulator.url)
        token = self._http.post("/services/oauth2/token", data=form).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def _query(self, soql: str, verb: str = "query") -> list[dict[str, Any]]:
        body = self._http.get(f"/services/data/v62.0/{verb}", params={"q": soql}).json()
        found: list[dict[str, Any]] = list(body["records"])
        while not body["done"]:
            body = self._http.get(body["nextRecordsUrl"]).json()
            found += body["records"]
        return [{name: value for name, value in record.items() if name != "attributes"} for record in found]

    def expected(self) -> Sequence[Json]:
        return self._query(f"SELECT {','.join(SHOWN)} FROM Account")

    def _first(self) -> str:
        return str(self._query("SELECT Id FROM Account ORDER BY SystemModstamp, Id LIMIT 1")[0]["Id"])

    def change(self) -> Json:
        chosen = self._first()
        self._http.patch(f"/services/data/v62.0/sobjects/Account/{chosen}", json={"Name": "changed"}).raise_for_status()
        return next(record for record in self.expected() if record["Id"] == chosen)

    def remove(self) -> Json:
        chosen = self._first()
        gone = next(record for record in self.expected() if record["Id"] == chosen)
        self._http.delete(f"/services/data/v62.0/sobjects/Account/{chosen}").raise_for_status()
        return gone

    def beyond(self, cursor: Json) -> Json:
        return {**cursor, "after": "2999-01-01T00:00:00.000Z"}

    def content(self) -> str:
        names = [one["name"] for one in self._http.get("/services/data/v62.0/sobjects").json()["sobjects"]]
        fields = "Id, IsDeleted, SystemModstamp, Name, AnnualRevenue"
        records = self._query(f"SELECT {fields} FROM Account ORDER BY Id", "queryAll")
        writes = [
            (one["method"], one["path"])
            for one in self._emulator.requests()
            if one["method"] in ("POST", "PATCH", "DELETE") and "/sobjects" in one["path"]
        ]
        return hashlib.sha256(json.dumps([names, records, writes]).encode()).hexdigest()

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module", params=[1_000_000, 1], ids=["rest", "bulk"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with salesforce() as emulator:
        organisation = Organisation(emulator, request.param)
        yield organisation
        organisation.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_salesforce_when_the_kit_asks_then_conforms(
    check: Check, subject: Subject, request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]
) -> None:
    name = f"salesforce {request.node.callspec.id.partition('-')[0]}"
    record_property("conformance", (name, check.__name__, "fails"))
    record_property("conformance", (name, check.__name__, check(subject)))
