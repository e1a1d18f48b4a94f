"""A company connects its Salesforce through the command line: read, followed, disconnected, and connected again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aos import Client
from aos_local.salesforce.client import Emulator, salesforce

from tests.integration.conftest import ORGANISATION, PASSWORD
from tests.integration.helpers import run_pipeline, wait_until

START = "2024-01-01T00:00:00Z"
DEALS = 400
NAMED = ("login_url", "auth", "client_id")
SECRET = ("client_secret", "refresh_token")


@pytest.fixture
def organisation() -> Iterator[Emulator]:
    with salesforce(host=ORGANISATION) as emulator:
        emulator.generate("Account", 40, start=START)
        emulator.generate("Opportunity", DEALS, start=START)
        yield emulator


def _arguments(settings: dict[str, Any], folder: Path) -> list[str]:
    """What a person types; secrets come from files."""
    for name in SECRET:
        (folder / name).write_text(settings[name] + "\n")
    pairs = [f"{name}={settings[name]}" for name in NAMED] + [f"{name}=@{folder / name}" for name in SECRET]
    return [part for pair in [*pairs, 'objects=["Account", "Opportunity"]'] for part in ("--set", pair)]


def _connection(stack: Any) -> Any:
    shown = stack.aos("connections", "show", "crm", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def _amounts(client: Client) -> list[str]:
    return sorted(str(row["amount"]) for row in client.views.query("opportunity"))


def test_salesforce_when_connected_by_the_command_then_its_records_are_unified_and_followed(
    stack: Any, organisation: Emulator, tmp_path: Path
) -> None:
    email = f"{tmp_path.name}@example.com".replace("_", "-")
    made = stack.aos("register", "--tenant", "Salesforce", "--email", email, "--password", PASSWORD, "--url", stack.url)
    assert made.returncode == 0, made.stderr
    client = Client(stack.url)
    client.sign_in(email, PASSWORD)
    stack.clients.append(client)

    settings = organisation.settings()
    made = stack.aos("connections", "create", "salesforce", "--name", "crm", *_arguments(settings, tmp_path))
    assert made.returncode == 0, made.stderr
    found = wait_until(lambda: _connection(stack), lambda one: one["state"] != "PENDING")
    assert found["state"] == "ACTIVE", found["error"]
    assert [stream["name"] for stream in found["streams"]] == ["Account", "Opportunity"]
    for proposal in client.proposals.list("pending"):
        client.proposals.approve(proposal["id"])
    wait_until(lambda: _connection(stack), lambda one: {s["state"] for s in one["streams"]} == {"ready"})
    run_pipeline(client)
    assert len(_amounts(client)) == DEALS

    organisation.load(
        "Opportunity", [{"Name": "New", "StageName": "Proposal", "CloseDate": "2026-01-01", "Amount": 77}]
    )
    organisation.app(refresh_tokens=[])
    organisation.expire(sessions=True)
    refused = stack.aos("connections", "sync", "crm")
    assert refused.returncode != 0
    assert "Reconnect" in _connection(stack)["error"]

    organisation.app(refresh_tokens=["5Aep-new"])
    again = _arguments({**settings, "refresh_token": "5Aep-new"}, tmp_path)
    assert stack.aos("connections", "reconnect", "crm", *again).returncode == 0
    found = wait_until(lambda: _connection(stack), lambda one: one["state"] != "PENDING")
    assert found["state"] == "ACTIVE", found["error"]
    run_pipeline(client)
    assert len(_amounts(client)) == DEALS + 1
    assert not [one for one in organisation.requests() if one["method"] != "GET" and "/sobjects" in one["path"]]


def test_connection_when_a_secret_file_is_not_there_then_says_so(stack: Any, tmp_path: Path) -> None:
    asked = stack.aos("connections", "create", "salesforce", "--name", "x", "--set", f"client_secret=@{tmp_path}/none")
    assert asked.returncode == 2
    said = " ".join(asked.stderr.replace("│", " ").split())  # the frame's width decides where lines end
    assert "be read: No such file" in said
