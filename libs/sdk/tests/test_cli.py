"""The `aos` command and its client, against a server that answers as the platform does."""

import csv
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aos import AosError, Client
from aos.cli.main import build
from aos.transport import Tokens, Transport
from click.testing import Result
from typer.testing import CliRunner

ROWS = [{"_entity_id": f"{n}", "account_name": f"[/red] :smile: {n}", "note": None} for n in range(45)]
CONNECTION = {
    "id": "c1",
    "name": "b[/x] y",
    "connector": "files",
    "location": "/x",
    "state": "ACTIVE",
    "obstacle": "",
    "error": "",
    "streams": [],
}
MISFIT = {"file": "[/a].csv", "row": 1, "column": "x", "value": "\x1b[2J" + "v" * 900, "reason": "not a number"}
FIELD = {"source": "n", "attribute": "n", "kind": "integer", "confidence": 0.97, "tier": "auto", "reasons": ["[/a]"]}
PREVIEW = {
    "stream": "items.csv",
    "entity": "item",
    "entity_confidence": 0.9,
    "fields": [FIELD],
    "rows": [{"_key": "1", "_row": 1, "n": 1, "_extras": None}],
    "misfits": [{"row": 2, "column": "n", "value": "two", "reason": "not a number"}],
    "error": "",
}
FUNNEL = dict.fromkeys(("eligible", "reachable", "awaiting_credentials", "network_blocked", "unsupported_type"), 4)
FUNNEL |= {"active": 3, "healing": 0, "error": 0, "pending": 0, "coverage": 0.75, "objective": 0.9, "met": False}
STEERING = {
    "paused_by": "",
    "pause_time": None,
    "streams_at_once": 3,
    "rows_per_second": 0,
    "every_minutes": 30,
    "cron": "",
    "timezone": "UTC",
    "next_time": "2026-03-01T08:30:12Z",
    "last_time": "2026-03-01T08:00:12Z",
    "last_note": "Skipped: [/a] was active.",
}
STREAM_RUN = {"stream": "s", "state": "succeeded", "rows_read": 1, "rows_published": 1, "rows_quarantined": 0}
RUN = {"id": "r1", "state": "succeeded", "error": "", "streams": [{**STREAM_RUN, "error": "", "note": ""}]}
FIGURES = {
    "stream": "items.csv",
    "last": {"rows_read": 7, "bytes": 70, "seconds": 2.0, "rows_per_second": 3.5},
    "last_success_time": "2026-03-10T00:00:00Z",
    "lag_seconds": 120.0,
    "fresh": False,
    "failures": 0,
    "alarm": "No row came for 5.0 hours.",
}
SYNC = {"name": "[/crm]", "job_status": "failed", "rows": 7, "bytes": None, "update_time": None}
WATCH = {
    "id": "w1",
    "name": "w",
    "url": "https://a.example",
    "state": "ok",
    "check_time": None,
    "error": "",
    "syncs": [{**SYNC, "warning": "The last sync failed."}],
}
ANSWERS: dict[str, Any] = {
    "GET /api/v1/aam/connections/c1/steering": STEERING,
    "PUT /api/v1/aam/connections/c1/schedule": STEERING,
    "PUT /api/v1/aam/connections/c1/limits": STEERING,
    "POST /api/v1/aam/connections/c1/resume": STEERING,
    "POST /api/v1/aam/connections/c1/pause": {
        **STEERING,
        "paused_by": "[/a]nn",
        "pause_time": "2026-03-01T08:01:00Z",
    },
    "POST /api/v1/aam/connections/c1/sync": RUN,
    "GET /api/v1/aam/runs/r1": RUN,
    "GET /api/v1/aam/connections/c1/preview": {"streams": [PREVIEW], "next_page_token": ""},
    "POST /api/v1/aam/connections/c1/discover": {**CONNECTION, "state": "PENDING"},
    "POST /api/v1/aam/connections/c1/promote": {**CONNECTION, "state": "PENDING"},
    "POST /api/v1/aam/connections/onboard": {**CONNECTION, "state": "AWAITING_CREDENTIALS", "error": "Needs user."},
    "GET /api/v1/aam/funnel": FUNNEL,
    "GET /api/v1/aam/connections/c1/statistics": {"fresh_within_minutes": 60, "streams": [FIGURES]},
    "GET /api/v1/aam/watches": {"watches": [WATCH]},
    "GET /api/v1/aam/watches/w1": WATCH,
    "POST /api/v1/aam/watches": WATCH,
    "GET /api/v1/auth/me": {"email": "a@b.example", "roles": ["owner"], "tenant_name": "[/x] Ltd"},
    "GET /api/v1/dcl/views": [{"name": "account", "columns": [{"name": "_entity_id"}, {"name": "account_name"}]}],
    "GET /api/v1/aam/connections": {"connections": [CONNECTION], "next_page_token": ""},
    "GET /api/v1/aam/connections/c1": CONNECTION,
    "GET /api/v1/aam/runs": {"runs": [], "next_page_token": ""},
    "GET /api/v1/aam/quarantine": {"rows": [MISFIT] * 60, "total": 60, "next_page_token": ""},
    "GET /api/v1/dcl/proposals": {"proposals": [], "next_page_token": ""},
}


class Platform(BaseHTTPRequestHandler):
    """Answers from `ANSWERS`; access tokens other than `good` have ended."""

    empty = False
    exchanged = 0

    def do_GET(self) -> None:
        """Answer a reading call."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a call with a body."""
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_PUT(self) -> None:
        """Answer a call with a body."""
        self.do_POST()

    def _answer(self, body: dict[str, Any]) -> None:
        path = self.path.partition("?")[0]
        bearer = self.headers.get("Authorization", "")
        if path == "/api/v1/auth/login":
            wrong = body["password"] != "right" or bool(bearer)
            said: Any = {"reason": "WRONG_CREDENTIALS", "detail": "No."} if wrong else None
            self._send(401 if wrong else 200, said or {"access_token": "good", "refresh_token": "r"})
        elif path == "/api/v1/auth/token":
            type(self).exchanged += 1
            wrong = body["api_key"] != "aos_good_key" or bool(bearer)
            said = {"reason": "API_KEY_REFUSED", "detail": "No."} if wrong else {"access_token": "good"}
            self._send(401 if wrong else 200, said)
        elif path == "/api/v1/auth/refresh" and body["refresh_token"] == "busy":
            self._send(503, {"reason": "UNAVAILABLE", "detail": "Not now.", "hint": "Try again in a moment."})
        elif path.startswith("/other"):
            self._send(200, None)
        elif bearer != "Bearer good":
            self._send(401, {"reason": "UNAUTHENTICATED", "detail": "No token.", "hint": "POST /login"})
        elif path == "/api/v1/dcl/views/account/query":
            self._send(200, self._page(body))
        else:
            self._send(200, ANSWERS[f"{self.command} {path}"])

    def _page(self, body: dict[str, Any]) -> dict[str, Any]:
        start = int(body["page_token"] or 0)
        end = start + min(body["page_size"], 30)
        rows = [] if type(self).empty else ROWS
        return {"rows": rows[start:end], "next_page_token": str(end) if end < len(rows) else ""}

    def _send(self, status: int, document: Any) -> None:
        content = b"<html>" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A platform of its own for each test."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Platform,), {})) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def session(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signed-in session."""
    file = tmp_path / "session.json"
    file.write_text(json.dumps({"url": url, "access": "good", "refresh": "r"}))
    monkeypatch.setenv("AOS_SESSION_FILE", str(file))
    monkeypatch.delenv("AOS_URL", raising=False)
    return file


def aos(*arguments: str) -> Result:
    return CliRunner().invoke(build(), arguments, catch_exceptions=False)


def test_names_when_they_look_like_markup_then_are_shown_as_they_are(session: Path) -> None:
    assert "[/x] Ltd" in aos("whoami").stdout
    assert "b[/x] y" in aos("connections", "list").stdout
    assert "[/red] :smile: 1" in aos("views", "query", "account").stdout


def test_hints_when_a_name_has_blanks_then_it_can_be_typed_as_it_stands(session: Path) -> None:
    assert "aos quarantine list 'b[/x] y'" in aos("connections", "explain", "b[/x] y").stdout


def test_quarantine_when_cut_then_says_of_how_many_and_shows_no_control_characters(session: Path) -> None:
    said = aos("quarantine", "list", "c1").stdout
    assert "50 of 60 rows" in said
    assert "\x1b" not in said
    assert "\u241b" in said
    assert "(904 characters)" in said
    assert len(json.loads(aos("quarantine", "list", "c1", "--json").stdout)) == 60


def test_query_when_exported_then_every_row_comes_and_a_table_says_that_it_is_cut(session: Path) -> None:
    assert len(list(csv.DictReader(io.StringIO(aos("views", "query", "account", "--csv").stdout)))) == 45
    assert len(json.loads(aos("views", "query", "account", "--json").stdout)) == 45
    table = aos("views", "query", "account").stdout
    assert "The first 20 rows" in table
    assert "The first" not in aos("views", "query", "account", "--limit", "45").stdout
    assert len(aos("views", "query", "account", "--csv", "--limit", "31").stdout.splitlines()) == 32


def test_query_when_there_is_no_row_then_csv_has_its_header(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "empty", True)
    assert aos("views", "query", "account", "--csv").stdout.strip() == "_entity_id,account_name"
    assert aos("views", "query", "account").stdout.strip() == "No row."


def test_source_when_onboarded_then_is_previewed_and_promoted_by_what_the_command_names(session: Path) -> None:
    assert "Needs user." in aos("connections", "onboard", "postgres", "--name", "crm").stdout
    shown = aos("connections", "preview", "c1").stdout
    assert "0.97" in shown
    assert "[/a]" in shown
    assert "Row 2 does not fit: n = 'two', not a number." in shown
    assert "PENDING" in aos("connections", "promote", "c1").stdout
    assert "PENDING" in aos("connections", "discover", "c1").stdout
    assert aos("connections", "schedule", "c1", "--off", "--every", "5").exit_code == 2
    assert "Coverage: 75% of an objective of 90%, not met." in aos("funnel").stdout
    assert "ACTIVE" in aos("funnel", "--stage", "active").stdout


def test_connection_when_steered_then_says_who_when_and_how_fast(session: Path) -> None:
    said = aos("connections", "pause", "c1").stdout
    assert "is paused since 2026-03-01 08:01 UTC by [/a]nn." in said
    assert "aos connections resume 'b[/x] y'" in said
    assert "is not paused. Next: 2026-03-01 08:30 UTC." in aos("connections", "resume", "c1").stdout
    said = aos("connections", "schedule", "c1", "--every", "30").stdout
    assert "runs every 30 minutes. Next: 2026-03-01 08:30 UTC." in said
    assert "It was last due at 2026-03-01 08:00 UTC. Skipped: [/a] was active." in said
    assert "runs every 30 minutes" in aos("connections", "schedule", "c1").stdout
    said = aos("connections", "limits", "c1", "--rows", "500").stdout
    assert "streams at once: 3; rows a second: no limit" in said


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ((), {"streams": [], "full_refresh": False}),
        (("--full-refresh", "--stream", "a", "--stream", "b"), {"streams": ["a", "b"], "full_refresh": True}),
        (("--replay",), {"streams": [], "full_refresh": False, "replay": True}),
        (("--backfill", "1..500"), {"streams": [], "full_refresh": False, "backfill": {"from": "1", "until": "500"}}),
    ],
)
def test_sync_when_it_is_to_read_more_or_less_then_asks_for_it(
    url: str, session: Path, options: tuple[str, ...], asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    real = Transport.post
    monkeypatch.setattr(Transport, "post", lambda self, path, body=None: (sent.append(body), real(self, path, body))[1])
    assert "succeeded" in aos("connections", "sync", "c1", *options).stdout
    assert sent == [asked]


def test_sync_when_the_range_is_none_then_says_how_it_is_written(session: Path) -> None:
    refused = aos("connections", "sync", "c1", "--backfill", "yesterday")
    assert (refused.exit_code, "FROM..UNTIL" in refused.output) == (2, True)


def test_deployment_when_watched_then_its_syncs_are_shown_and_secrets_come_from_files(
    session: Path, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("t\n")
    added = aos("watch", "add", "https://a.example", "--name", "w", "--bearer-token", f"@{tmp_path}/token")
    assert "aos watch show w" in added.stdout
    assert aos("watch", "add", "https://a.example", "--name", "w", "--bearer-token", "t").exit_code == 2
    shown = aos("watch", "show", "w").stdout
    assert "The last sync failed." in shown
    assert "[/crm]" in shown
    figures = aos("connections", "statistics", "c1").stdout
    assert "No row came for 5.0 hours." in figures
    assert "2 min" in figures


def test_login_when_the_address_is_wrong_then_the_session_stays(session: Path, url: str) -> None:
    before = session.read_text()
    for wrong in ("notaurl", "http://[", "http://127.0.0.1:1", f"{url}/other"):
        done = aos("login", "--email", "a@b.example", "--password", "right", "--url", wrong)
        assert done.exit_code == 1
        assert done.stderr
        assert session.read_text() == before
    assert aos("whoami").exit_code == 0


def test_login_when_the_old_session_has_ended_then_no_old_token_is_sent(session: Path, url: str) -> None:
    session.write_text(json.dumps({"url": url, "access": "old", "refresh": "old"}))
    assert "WRONG_CREDENTIALS" in aos("login", "--email", "a@b.example", "--password", "wrong").stderr
    assert aos("login", "--email", "a@b.example", "--password", "right").exit_code == 0
    assert json.loads(session.read_text())["access"] == "good"


def test_session_when_it_cannot_be_renewed_for_the_moment_then_is_kept(session: Path, url: str) -> None:
    session.write_text(json.dumps({"url": url, "access": "old", "refresh": "busy"}))
    done = aos("whoami")
    assert (done.exit_code, "UNAVAILABLE" in done.stderr) == (1, True)
    assert json.loads(session.read_text())["refresh"] == "busy"


def test_logout_when_the_session_has_ended_then_it_is_forgotten(session: Path, url: str) -> None:
    session.write_text(json.dumps({"url": url, "access": "old", "refresh": "old"}))
    assert aos("logout").exit_code == 0
    assert json.loads(session.read_text()) == {"url": url}
    done = aos("whoami")
    assert done.exit_code == 1
    assert "aos login" in done.stderr


def test_client_when_it_has_an_api_key_then_exchanges_it_once_and_again_when_the_token_ends(url: str) -> None:
    with Client(url, api_key="aos_good_key") as client:
        assert client.me()["email"] == "a@b.example"
        assert client.me()["email"] == "a@b.example"
        client.transport.use(Tokens("expired", ""))
        assert client.me()["email"] == "a@b.example"
        client.sign_out()
    with Client(url, api_key="aos_wrong") as client, pytest.raises(AosError) as caught:
        client.me()
    assert (caught.value.reason, caught.value.status) == ("API_KEY_REFUSED", 401)


def test_command_when_the_environment_has_an_api_key_then_no_session_is_touched(
    session: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.write_text("{}")
    monkeypatch.setenv("AOS_URL", url)
    assert aos("whoami").exit_code == 1
    monkeypatch.setenv("AOS_API_KEY", "aos_good_key")
    assert aos("whoami").exit_code == 0
    assert session.read_text() == "{}"


def test_client_when_something_else_answers_then_says_so(url: str) -> None:
    with Client(f"{url}/other", tokens=Tokens("good", "r")) as client, pytest.raises(AosError) as caught:
        client.me()
    assert caught.value.reason == "NOT_THE_PLATFORM"
