"""A person brings sources into use through the command line: Safe Mode, preview, promotion, the funnel, a watch."""

import json
from pathlib import Path
from typing import Any

from aos import Client

from tests.integration.conftest import PASSWORD
from tests.integration.helpers import run_pipeline, wait_until

ROWS = "account_id,account_name,industry,revenue\n" + "".join(
    f"{n},Company {n},retail,{'a lot' if n == 3 else n}\n" for n in range(1, 101)
)


def _told(stack: Any, *arguments: str) -> Any:
    shown = stack.aos(*arguments, "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def test_source_when_onboarded_by_the_command_then_is_read_only_after_somebody_promoted_it(
    stack: Any, tmp_path: Path
) -> None:
    (tmp_path / "accounts.csv").write_text(ROWS)
    email = f"{tmp_path.name}@example.com".replace("_", "-")
    made = stack.aos("register", "--tenant", "Safe", "--email", email, "--password", PASSWORD, "--url", stack.url)
    assert made.returncode == 0, made.stderr
    client = Client(stack.url)
    client.sign_in(email, PASSWORD)
    stack.clients.append(client)

    for connector, name, setting in (
        ("files", "crm", ["--set", f"path={tmp_path}"]),
        ("salesforce", "org", []),
        ("sap_hana", "erp", ["--set", "user=me"]),
    ):
        asked = stack.aos("connections", "onboard", connector, "--name", name, *setting)
        assert asked.returncode == 0, asked.stderr
    found = wait_until(lambda: _told(stack, "connections", "show", "crm"), lambda one: one["state"] != "PENDING")
    assert found["state"] == "SAFE_MODE", found["error"]
    refused = stack.aos("connections", "sync", "crm")
    assert (refused.returncode, "SAFE_MODE" in refused.stderr) == (1, True)
    assert "(SAFE_MODE)" in json.dumps(run_pipeline(client))

    [preview] = _told(stack, "connections", "preview", "crm")
    assert (preview["entity"], preview["proposal_state"], len(preview["rows"])) == ("account", "pending", 19)
    assert [(one["row"], one["value"]) for one in preview["misfits"]] == [(3, "a lot")]
    assert all(field["confidence"] > 0 for field in preview["fields"])

    assert stack.aos("connections", "promote", "crm").returncode == 0
    found = wait_until(lambda: _told(stack, "connections", "show", "crm"), lambda one: one["state"] != "PENDING")
    assert found["state"] == "ACTIVE", found["error"]
    for proposal in client.proposals.list("pending"):
        client.proposals.approve(proposal["id"])
    wait_until(lambda: _told(stack, "connections", "show", "crm"), lambda one: one["streams"][0]["state"] == "ready")
    run_pipeline(client)
    assert len(list(client.views.query("account"))) == 99

    funnel = _told(stack, "funnel")
    assert (funnel["eligible"], funnel["active"], funnel["coverage"]) == (2, 1, 0.5)
    assert [one["name"] for one in _told(stack, "funnel", "--stage", "unsupported_type")] == ["erp"]
    [stream] = _told(stack, "connections", "statistics", "crm")["streams"]
    assert (stream["last"]["rows_read"], stream["last"]["bytes"] > 0) == (100, True)
