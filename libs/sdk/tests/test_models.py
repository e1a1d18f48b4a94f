"""`aos provider`, against a server that keeps one provider in memory."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from aos import Client
from aos.cli.main import build
from click.testing import Result
from typer.testing import CliRunner

NOTHING = {"configured": False, "kind": "", "model": "", "url": "", "updated_at": None, "updated_by": ""}
KEY = "key-0123456789"


class Provider(BaseHTTPRequestHandler):
    kept: ClassVar[dict[str, Any]] = {}
    sent: ClassVar[list[Any]] = []

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: Any) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(200, self.kept or NOTHING)

    def do_PUT(self) -> None:
        body = self._body()
        self.sent.append(dict(body))
        key = body.pop("key", None)
        Provider.kept = {"configured": True, **body, "updated_at": "2026-11-23T00:00:00Z", "updated_by": key and "ann"}
        self._answer(200, self.kept)

    def do_DELETE(self) -> None:
        Provider.kept = {}
        self._answer(204, None)

    def do_POST(self) -> None:
        self._body()
        if self.path.endswith("/classify"):
            self._answer(
                200, {"persona": "cfo", "persona_confidence": 1.0, "route": "findings", "route_confidence": 0.9}
            )
            return
        ok = bool(self.kept) and self.kept["model"] != "gone"
        said = {"ok": ok, "label": "openai:gpt", "seconds": 0.4, "message": "" if ok else "No such model.", "hint": ""}
        self._answer(200, said)


@pytest.fixture
def server() -> Iterator[str]:
    Provider.kept, Provider.sent = {}, []
    served = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


Run = Callable[..., Result]


@pytest.fixture
def run(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("AOS_URL", server)
    monkeypatch.setenv("AOS_SESSION_FILE", str(tmp_path / "session.json"))

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(build(), ["provider", *arguments], **options)

    return invoke


def test_set_when_the_key_is_in_a_file_then_sent_and_not_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    done = run("set", "openai", "--model", "gpt-5-mini", "--key", f"@{tmp_path / 'key'}")
    assert done.exit_code == 0, done.output
    assert Provider.sent == [{"kind": "openai", "model": "gpt-5-mini", "url": "", "key": KEY}]
    assert KEY not in done.output
    assert "aos provider check" in done.output
    assert "gpt-5-mini" in run("show").output


def test_set_when_the_key_comes_from_here_or_stays_then_so_it_is_sent(run: Run) -> None:
    assert run("set", "openai", "--model", "gpt", "--key", "@-", input=KEY).exit_code == 0
    assert run("set", "openai", "--model", "gpt-5", "--json").exit_code == 0
    assert [one.get("key") for one in Provider.sent] == [KEY, None]


def test_set_when_the_key_stands_on_the_command_line_then_refused(run: Run) -> None:
    done = run("set", "openai", "--model", "gpt", "--key", KEY)
    assert done.exit_code == 2
    assert "@FILE" in done.output
    assert run("set", "openai", "--model", "gpt", "--key", "@/nowhere").exit_code == 2
    assert not Provider.sent


def test_check_when_the_model_answers_or_not_then_it_says_so(run: Run) -> None:
    run("set", "openai", "--model", "gpt", "--key", "@-", input=KEY)
    assert "answered in 0.4 s" in run("check").output
    run("set", "openai", "--model", "gone", "--key", "@-", input=KEY)
    failed = run("check")
    assert failed.exit_code == 1
    assert "No such model." in failed.output
    assert json.loads(run("check", "--json").output)["ok"] is False


def test_remove_when_done_then_answers_are_offline(run: Run) -> None:
    run("set", "openai", "--model", "gpt", "--key", "@-", input=KEY)
    assert "offline" in run("remove").output
    assert "offline" in run("show").output


def test_classify_when_asked_of_the_client_then_persona_and_route(server: str) -> None:
    with Client(server) as client:
        assert client.models.classify("anything odd?", "cfo")["route"] == "findings"
