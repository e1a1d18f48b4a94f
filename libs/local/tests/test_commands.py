"""The commands over the real PostgreSQL, Valkey, Temporal and Envoy, without the services."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aos_local import testing
from aos_local.platform import Platform
from aos_local.processes.ports import free_port
from aos_local.processes.process import Identity
from aos_local.provision import in_database
from aos_local.settings import SERVICES

PROGRAM = "import typer; from aos_local.commands import register; app = typer.Typer(); register(app); app()"
# A shell gives its background jobs a deaf ear for Ctrl-C; this one listens.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + PROGRAM


@dataclass
class Project:
    folder: Path
    environment: dict[str, str]

    def aos(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", PROGRAM, *arguments]
        environment = self.environment | more
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )

    def status(self) -> Any:
        return json.loads(self.aos("status", "--json").stdout)

    def platform(self) -> Platform:
        return Platform(self.folder / ".aos", self.environment)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AOS_")}
    settings = {"AOS_LOCAL_SERVICES": "", "AOS_PUBLIC_PORT": str(free_port()), "COLUMNS": "200"}
    settings["AOS_CONSOLE_ROOT"] = str(tmp_path / "dist")
    found = Project(tmp_path, kept | settings)
    yield found
    found.platform().stop()


def identities(project: Project) -> list[Identity]:
    state = project.platform().state()
    assert state is not None
    components = [component.process for component in state.components.values() if component.process]
    return [state.supervisor, *components]


def test_platform_when_up_and_down_then_serves_keeps_its_data_and_leaves_nothing(project: Project) -> None:
    (project.folder / "dist").mkdir()
    (project.folder / "dist" / "index.html").write_text("the console")
    began = project.aos("up", "-d")
    assert began.returncode == 0, began.stderr
    public = f"http://127.0.0.1:{project.environment['AOS_PUBLIC_PORT']}"
    assert re.search(rf"Running.*?Console +{public}\n +API +{public}\n", began.stdout, re.DOTALL)
    with urllib.request.urlopen(f"{public}/health") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{public}/home") as page:
        assert page.read() == b"the console"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert page.headers["cache-control"] == "no-cache"
    with psycopg.connect(project.platform().postgres_admin_url(), autocommit=True) as admin:
        admin.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    again = project.aos("up", "-d")
    assert again.returncode == 1
    assert "PLATFORM_ALREADY_RUNNING" in again.stderr
    assert "aos down" in again.stderr

    status = project.status()
    assert status["phase"] == "running"
    assert {row["name"]: row["state"] for row in status["components"]} == {
        **dict.fromkeys(("postgres", "valkey", "temporal", "traces", "console", "gateway", "supervisor"), "ready"),
        "database": "done",
    }
    assert 0 < status["rss"] < 800 * 1024**2

    assert "MB in all" in project.aos("status").stdout

    before = identities(project)
    assert len(before) == 7
    assert project.aos("logs", "console").returncode == 0
    assert project.aos("down").returncode == 0
    assert not any(process.alive() for process in before)
    assert project.aos("status").returncode == 3
    assert "Nothing was running" in project.aos("down").stdout

    assert project.aos("up", "-d").returncode == 0
    with psycopg.connect(project.platform().postgres_admin_url()) as admin:
        assert admin.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_platform_when_its_supervisor_is_killed_then_nothing_is_left_and_up_works_again(project: Project) -> None:
    assert project.aos("up", "-d").returncode == 0
    before = identities(project)
    os.kill(before[0].pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(process.alive() for process in before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(process.alive() for process in before)
    examined = json.loads(project.aos("doctor", "--json").stdout)
    assert [finding["advice"] for finding in examined if finding["check"] == "State"] == ["aos down"]
    assert project.aos("up", "-d").returncode == 0


def test_platform_when_in_the_foreground_then_ctrl_c_ends_all(project: Project) -> None:
    command = [sys.executable, "-c", LISTENING, "up"]
    with subprocess.Popen(
        command, cwd=project.folder, env=project.environment, stdout=subprocess.PIPE, text=True
    ) as up:
        assert up.stdout is not None
        for line in up.stdout:
            if "Ctrl-C" in line:
                break
        before = identities(project)
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
    assert len(before) == 6
    assert not any(process.alive() for process in before)


def test_up_when_the_port_is_taken_then_says_so_and_starts_nothing(project: Project) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(project.environment["AOS_PUBLIC_PORT"])))
        other.listen()
        refused = project.aos("up", "-d")
    assert refused.returncode == 1
    assert "in use by another program" in refused.stderr
    assert "AOS_PUBLIC_PORT=" in refused.stderr
    assert project.aos("status").returncode == 3


def test_up_when_a_service_dies_at_start_then_shows_its_last_lines_and_ends_the_rest(project: Project) -> None:
    (project.folder / "identity.py").write_text("raise SystemExit('no table of tenants')")
    refused = project.aos("up", "-d", AOS_LOCAL_SERVICES="identity", PYTHONPATH=str(project.folder))
    assert refused.returncode == 1
    assert "'-m identity migrate' ended with status 1" in refused.stderr
    assert "no table of tenants" in refused.stderr
    assert "aos logs identity" in refused.stderr
    assert "no table of tenants" in project.aos("logs", "identity").stdout
    assert "the last start failed" in project.aos("doctor").stdout


def test_doctor_when_all_is_well_then_lists_every_program(project: Project) -> None:
    done = project.aos("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 0
    assert all(findings[name]["ok"] for name in ("Python", "PostgreSQL", "Valkey", "Temporal", "Envoy", "Caddy"))
    assert findings["PostgreSQL"]["said"].startswith("18.")
    assert findings["Envoy"]["said"].startswith("1.")


def test_commands_when_the_folder_cannot_be_used_then_say_so(project: Project) -> None:
    refused = project.aos("up", "-d", AOS_HOME="/dev/null/aos")
    assert (refused.returncode, "SETTING_REFUSED" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr
    assert project.aos("status", AOS_HOME="/dev/null/aos").returncode == 3


def test_logs_when_the_name_is_unknown_then_says_which_there_are(project: Project) -> None:
    refused = project.aos("logs", "crm")
    assert refused.returncode == 1
    assert "There is no log of 'crm'" in refused.stderr


def test_platform_when_backing_services_are_external_then_starts_the_gateway_alone(project: Project) -> None:
    with testing.postgres() as database, testing.valkey() as redis, testing.temporal() as temporal:
        external = {"AOS_POSTGRES_ADMIN_URL": database, "AOS_REDIS_URL": redis, "AOS_TEMPORAL_ADDRESS": temporal}
        external["AOS_OTLP_ENDPOINT"] = "http://127.0.0.1:9/v1/traces"  # nobody listens, which stops nothing
        started = project.aos("up", "-d", **external)
        assert started.returncode == 0, started.stderr
        status = project.status()
        assert [row["name"] for row in status["components"]] == ["database", "gateway", "supervisor"]
        assert status["notes"] == ["console: not built; run make setup"]
        assert status["notes"][0] in started.stdout
        assert status["notes"][0] in project.aos("status", **external).stdout
        with psycopg.connect(in_database(database, "autonomos")) as admin:
            schemas = admin.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", [list(SERVICES)])
            assert len(schemas.fetchall()) == len(SERVICES)
        assert project.aos("down", **external).returncode == 0
        with psycopg.connect(database) as admin:
            assert admin.execute("SELECT 1").fetchone() == (1,)
