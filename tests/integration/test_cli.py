"""The `aos` command as a person types it, step by step, against the running platform."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aos_access.doors import SERVICES

PASSWORD = "a password for tests"


@pytest.fixture(scope="module")
def signed_up(stack: Any) -> str:
    email = f"{uuid4().hex}@example.com"
    done = stack.aos(
        "register", "--tenant", "Typed Ltd", "--email", email, "--password", PASSWORD, "--url", stack.url
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return email


@pytest.fixture(scope="module")
def connected(stack: Any, signed_up: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    rows = "".join(f"{n},Company {n},retail,{n}.25\n" for n in range(1, 41))
    (folder / "accounts.csv").write_text("account_id,account_name,industry,revenue\n" + rows)
    found = stack.aos("discover", str(folder), "--name", "exports")
    assert found.returncode == 0, found.stderr
    assert "accounts.csv" in found.stdout
    approved = stack.aos("findings", "approve", "exports")
    assert approved.returncode == 0, approved.stderr
    return folder


def test_whoami_when_signed_in_then_it_names_user_and_tenant(stack: Any, signed_up: str) -> None:
    done = stack.aos("whoami")
    assert signed_up in done.stdout
    assert "Typed Ltd" in done.stdout


def test_login_when_the_password_is_wrong_then_it_says_so_and_exits_1(stack: Any, signed_up: str) -> None:
    done = stack.aos("login", "--email", signed_up, "--password", "not this one")
    assert done.returncode == 1
    assert "WRONG_CREDENTIALS" in done.stderr
    assert "Traceback" not in done.stderr


def test_pipeline_when_typed_step_by_step_then_rows_come_out_as_table_csv_and_json(stack: Any, connected: Path) -> None:
    ran = stack.aos("runs", "start")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "unify" in ran.stdout
    table = stack.aos("views", "query", "account", "--where", "account_name eq Company 7")
    assert "Company 7" in table.stdout
    text = stack.aos("views", "query", "account", "--csv", "--order", "-revenue", "--limit", "2").stdout
    assert len(text.strip().splitlines()) == 3
    rows = json.loads(stack.aos("views", "query", "account", "--json", "--limit", "100").stdout)
    assert sorted(float(row["revenue"]) for row in rows) == [n + 0.25 for n in range(1, 41)]


def test_connection_when_explained_then_its_last_run_is_told(stack: Any, connected: Path) -> None:
    stack.aos("connections", "sync", "exports")
    told = stack.aos("connections", "explain", "exports").stdout
    assert "ACTIVE" in told
    assert re.search(r"accounts\.csv\s+succeeded", told)


def test_lineage_when_shown_then_the_file_leads_to_the_entity(stack: Any, connected: Path) -> None:
    assert re.search(r"accounts\.csv\s+Account", stack.aos("lineage").stdout)


def test_command_when_a_name_is_unknown_then_it_lists_what_there_is(stack: Any, connected: Path) -> None:
    done = stack.aos("connections", "show", "nonsense")
    assert done.returncode == 1
    assert "exports" in done.stderr


def test_demo_when_the_folder_does_not_exist_then_it_says_so(stack: Any) -> None:
    done = stack.aos("demo", "--data", "/nowhere/at/all")
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


def test_up_when_it_runs_already_then_it_says_so(stack: Any) -> None:
    done = stack.aos("up", "-d")
    assert done.returncode == 1
    assert "aos status" in done.stderr


def test_status_when_running_then_every_component_is_ready_and_memory_is_within_bounds(stack: Any) -> None:
    status = json.loads(stack.aos("status", "--json").stdout)
    states = {row["name"]: row["state"] for row in status["components"]}
    assert {"postgres", "valkey", "temporal", "gateway", *SERVICES} <= set(states)
    assert set(states.values()) <= {"ready", "done"}
    assert status["rss"] < 2_000_000_000
