"""The emulator as clients see it that nobody here wrote; none of them was changed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from aos_local.salesforce.client import Emulator
from aos_local.salesforce.example import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, USER_NAME
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

START = "2024-01-01T00:00:00Z"
ROWS = 5_000
STREAMS = ["Account", "CaseStatus", "Contact", "LoginHistory", "Opportunity"]


class ToEmulator(HTTPAdapter):
    """The client builds https://<host>.salesforce.com by itself; this takes such requests to the emulator."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self._url = emulator.url

    def send(self, request: Any, *arguments: Any, **named: Any) -> Any:
        request.url = f"{self._url}/{request.url.split('/', 3)[3]}"
        return super().send(request, *arguments, **named)


def _simple(emulator: Emulator, **login: Any) -> tuple[Salesforce, requests.Session]:
    session = requests.Session()
    session.mount("https://", ToEmulator(emulator))
    login = login or {"consumer_key": CLIENT_ID, "consumer_secret": CLIENT_SECRET, "domain": "example.my"}
    return Salesforce(session=session, version="59.0", **login), session


def test_simple_salesforce_when_it_works_through_its_calls_then_every_one_is_answered(emulator: Emulator) -> None:
    emulator.generate("Account", ROWS, start=START)
    client, session = _simple(emulator)
    with session:
        assert [one["name"] for one in client.describe()["sobjects"]][:2] == ["Account", "Contact"]
        assert client.Account.describe()["fields"][0]["name"] == "Id"
        assert client.limits()["DailyApiRequests"]["Max"] == 100_000
        made = client.Account.create({"Name": "new", "BillingCity": "Ulm"})["id"]
        assert client.Account.get(made)["BillingAddress"]["city"] == "Ulm"
        assert client.Account.update(made, {"Name": "changed"}) == 204
        assert client.Account.upsert("ExternalKey__c/a", {"Name": "a"}) in (200, 201)
        assert client.Account.get_by_custom_id("ExternalKey__c", "a")["Name"] == "a"
        found = client.query_all("SELECT Id, Name FROM Account WHERE Name LIKE 'Name %' ORDER BY Id DESC")
        assert len({one["Id"] for one in found["records"]}) == found["totalSize"] == ROWS
        assert client.query("SELECT COUNT() FROM Account")["totalSize"] == ROWS + 2
        assert client.Account.delete(made) == 204
        gone = f"SELECT Id, IsDeleted FROM Account WHERE Id = '{made}'"
        assert client.query(gone)["totalSize"] == 0
        assert client.query_all(gone, include_deleted=True)["records"][0]["IsDeleted"] is True
        assert client.api_usage["api-usage"].total == 100_000


def test_simple_salesforce_when_it_runs_bulk_jobs_then_every_row_arrives(emulator: Emulator, tmp_path: Path) -> None:
    emulator.generate("Account", ROWS, start=START)
    emulator.turn(results_page=1_500, job_polls=2)
    client, session = _simple(emulator)
    with session:
        pages = list(client.bulk2.Account.query("SELECT Id, Name FROM Account", max_records=1_500, wait=0.1))
        assert sum(page.count("\n") - 1 for page in pages) == ROWS
        assert len(pages) == 4
        files = client.bulk2.Account.download(
            "SELECT Id, Name FROM Account", path=str(tmp_path), max_records=2_000, wait=0.1
        )
        assert sum(one["number_of_records"] for one in files) == ROWS


def test_simple_salesforce_when_refused_then_knows_the_refusal(emulator: Emulator) -> None:
    client, session = _simple(emulator)
    with session:
        with pytest.raises(SalesforceMalformedRequest) as caught:
            client.query("SELECT Nope FROM Account")
        assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
        with pytest.raises(SalesforceResourceNotFound):
            client.Account.get("001000000000999AAA")
        emulator.arm("request_limit")
        with pytest.raises(SalesforceRefusedRequest):
            client.describe()
        emulator.expire(sessions=True)
        with pytest.raises(SalesforceExpiredSession):
            client.session_id = "ended"
            client._call_salesforce("GET", f"{client.base_url}limits", retries=99, max_retries=0)


def test_simple_salesforce_when_it_signs_in_by_jwt_then_is_let_in(emulator: Emulator) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    emulator.app(public_key=key.public_key().public_bytes(serialization.Encoding.PEM, form).decode())
    client, session = _simple(emulator, username=USER_NAME, consumer_key=CLIENT_ID, privatekey=private)
    with session:
        assert client.query("SELECT Id FROM CaseStatus")["totalSize"] == 4


def test_jsforce_when_it_works_through_its_calls_then_every_one_is_answered(
    emulator: Emulator, tools: Path, clients: Path
) -> None:
    emulator.generate("Account", ROWS, start=START)
    node = Path(sys.executable).with_name("node")
    argv = [node, clients / "jsforce.mjs", emulator.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN]
    done = subprocess.run(argv, check=False, cwd=tools, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["objects"][:2] == ["Account", "Contact"]
    assert seen["fields"] > 15
    assert seen["name"] == "changed by jsforce"
    assert [one["Name"] for one in seen["found"]] == ["changed by jsforce"]
    assert seen["upserted"] is True
    assert seen["queried"] == [ROWS, ROWS]
    assert (seen["deleted"], seen["bulk"]) == (1, ROWS + 1)
    assert seen["usage"]["limit"] == 100_000
    assert (seen["error"], seen["refreshes"]) == ("INVALID_FIELD", 1)


class Airbyte:
    """airbyte-source-salesforce as a program: JSON lines out."""

    def __init__(self, emulator: Emulator, tools: Path, program: Path, folder: Path) -> None:
        self._argv = [str(tools / "bin" / "python"), str(program), emulator.url]
        self._folder = folder
        self._config = self.file(
            "config",
            {
                "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN,
                "auth_type": "Client", "start_date": START, "stream_slice_step": "P365D",
            },
        )  # fmt: skip

    def file(self, name: str, body: Any) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(body))
        return str(path)

    def run(self, command: str, *more: str) -> list[dict[str, Any]]:
        """The messages of a command."""
        argv = [*self._argv, command, "--config", self._config, *more]
        done = subprocess.run(argv, check=False, cwd=self._folder, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def read(self, streams: list[dict[str, Any]], state: list[Any] | None = None) -> list[dict[str, Any]]:
        """Read streams of a catalogue; incrementally where they can."""
        configured = [
            {
                "stream": one,
                "sync_mode": "incremental" if "incremental" in one["supported_sync_modes"] else "full_refresh",
                "destination_sync_mode": "append",
            }
            for one in streams
        ]
        catalogue = self.file("catalogue", {"streams": configured})
        more = ["--state", self.file("state", state)] if state else []
        return self.run("read", "--catalog", catalogue, *more)


def test_airbyte_when_it_checks_discovers_and_reads_then_gets_every_row_by_both_apis(
    emulator: Emulator, tools: Path, clients: Path, tmp_path: Path
) -> None:
    emulator.generate("Contact", ROWS, start="2024-02-01T00:00:00Z")  # no compound field: bulk
    emulator.generate("Account", ROWS, start="2024-02-01T00:00:00Z")  # an address: REST
    airbyte = Airbyte(emulator, tools, clients / "airbyte.py", tmp_path)
    checked = [one["connectionStatus"] for one in airbyte.run("check") if one["type"] == "CONNECTION_STATUS"]
    assert checked == [{"status": "SUCCEEDED"}]
    streams = next(one["catalog"]["streams"] for one in airbyte.run("discover") if one["type"] == "CATALOG")
    assert sorted({one["name"] for one in streams} & set(STREAMS)) == STREAMS
    chosen = [one for one in streams if one["name"] in ("Account", "Contact", "CaseStatus")]
    assert chosen[0]["source_defined_primary_key"] == [["Id"]]
    emulator.forget()
    messages = airbyte.read(chosen)
    rows: dict[str, set[str]] = {}
    for message in messages:
        if message["type"] == "RECORD":
            rows.setdefault(message["record"]["stream"], set()).add(message["record"]["data"]["Id"])
    assert {name: len(ids) for name, ids in rows.items()} == {"Account": ROWS, "Contact": ROWS, "CaseStatus": 4}
    assert emulator.asked("POST", "/jobs/query") > 0
    assert emulator.asked("GET", "/queryAll?") > 0
    state = [one["state"] for one in messages if one["type"] == "STATE"]
    emulator.load("Contact", [{"LastName": "later"}])
    names = [
        one["record"]["data"]["LastName"]
        for one in airbyte.read([one for one in chosen if one["name"] == "Contact"], _last(state, "Contact"))
        if one["type"] == "RECORD"
    ]
    assert names == ["later"]


def _last(states: list[dict[str, Any]], stream: str) -> list[dict[str, Any]]:
    of_stream = [one for one in states if one["stream"]["stream_descriptor"]["name"] == stream]
    return of_stream[-1:]
