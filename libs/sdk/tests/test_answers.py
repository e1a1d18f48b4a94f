"""`aos ask`, `aos summary` and `aos metrics`, against a server that knows one answer."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from aos.answers import filters_of
from aos.cli.answers import command
from aos.cli.main import build
from click.testing import Result
from typer.testing import CliRunner

FILTERS = [
    {"column": "Tags", "op": "eq", "values": ["web's"], "json_key": "team"},
    {"column": "stage", "op": "in", "values": ["won", "lost"], "json_key": ""},
    {"column": "owner_name", "op": "is_null", "values": [], "json_key": ""},
]
ROWS = {"number": 1, "kind": "rows", "title": "cloud spend", "view": "cloud_cost", "snapshot": "8", "rows": "3"}
ANSWER: dict[str, Any] = {
    "id": "a1", "persona": "coo", "engine": "offline", "text": "Cloud spend: USD 10.00 [1].", "reading": "cloud spend",
    "table": {"columns": ["team", "cost"], "rows": [{"cells": ["[/a]web", "USD 10.00"], "citation": 1}]},
    "citations": [{**ROWS, "filters": FILTERS}],
}  # fmt: skip
REFUSED = {**ANSWER, "text": "", "refusal": {"reason": "UNKNOWN_METRIC", "message": "No.", "suggestions": ["bookings"]}}
TILES = [{"title": "Pipeline", "display": "5", "missing": "", "change": "", "period": ""}]
METRIC = {"name": "deals", "title": "deals", "view": "opportunity", "description": "All.", "dimensions": []}


class Gateway(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, Any]]] = []

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        if self.path.endswith("/metrics"):
            self._answer({"metrics": [METRIC]})
        else:
            self._answer({"tiles": TILES, "citations": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        if self.path.endswith("/stream"):
            answer = REFUSED if "margin" in body["question"] else ANSWER
            steps: list[tuple[str, Any]] = [("understood", {}), ("evidence", {"reading": "cloud spend"})]
            steps += [
                ("text", {"text": answer["text"][:5]}),
                ("text", {"text": answer["text"][5:]}),
                ("answer", answer),
            ]
            if body["question"] == "fail":
                steps = [("error", {"reason": "LAKE_UNAVAILABLE", "detail": "The lake is gone.", "hint": "Wait."})]
            events = "".join(f"event: {name}\r\ndata: {json.dumps(content)}\r\n\r\n" for name, content in steps)
            self._answer(f": ping\r\n\r\n{events}".encode())
        elif "/metrics/" in self.path:
            row = {"dimensions": [], "figure": {"value": "7", "rows": "7"}, "unit": "deals"}
            self._answer({"metric": METRIC, "rows": [], "totals": [row], "view_rows": "7", "truncated": False})
        else:
            self._answer({"rows": [{"BilledCost": "10", "Tags": None}], "next_page_token": ""})


@pytest.fixture
def aos(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Any]:
    Gateway.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        session = {"url": f"http://127.0.0.1:{server.server_port}", "access": "a", "refresh": "r"}
        path = tmp_path / "session.json"
        path.write_text(json.dumps(session))
        monkeypatch.setenv("AOS_SESSION_FILE", str(path))

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(build(), list(arguments))

        yield run
        server.shutdown()


def test_ask_when_answered_then_text_table_and_the_commands_behind_its_numbers_are_shown(aos: Any) -> None:
    found = aos("ask", "cloud spend", "--persona", "cfo")
    assert found.exit_code == 0
    assert "Cloud spend: USD 10.00 [1]." in found.stdout
    assert "[/a]web" in found.stdout
    assert "--snapshot 8" in found.stdout
    assert "I read this as: cloud spend" in found.stderr
    assert Gateway.asked[0] == ("/api/v1/nlp/query/stream", {"question": "cloud spend", "persona": "cfo"})


def test_ask_when_a_citation_is_opened_then_its_rows_of_its_snapshot_are_asked_for(aos: Any) -> None:
    found = aos("ask", "cloud spend", "--open", "1")
    path, body = Gateway.asked[1]
    assert (path, body["snapshot"], body["filters"][0]["json_key"]) == ("/api/v1/dcl/views/cloud_cost/query", 8, "team")
    assert "1 of 3 rows" in found.stdout


def test_ask_when_refused_then_it_says_why_and_what_can_be_asked(aos: Any) -> None:
    found = aos("ask", "gross margin")
    assert (found.exit_code, "UNKNOWN_METRIC" in found.stderr, "bookings" in found.stderr) == (1, True, True)


def test_ask_when_it_fails_midway_then_the_failure_is_told(aos: Any) -> None:
    found = aos("ask", "fail")
    assert (found.exit_code, "LAKE_UNAVAILABLE" in found.stderr) == (1, True)


def test_ask_when_json_is_wanted_then_it_is_one_document(aos: Any) -> None:
    assert json.loads(aos("ask", "cloud spend", "--json").stdout)["engine"] == "offline"


def test_summary_and_metrics_when_listed_then_they_are_tables(aos: Any) -> None:
    assert "Pipeline" in aos("summary", "cro").stdout
    assert "opportunity" in aos("metrics", "list").stdout
    assert "7" in aos("metrics", "query", "deals", "--by", "stage", "--where", "stage eq won").stdout
    assert Gateway.asked[-1][1]["filters"] == [{"dimension": "stage", "op": "eq", "values": ["won"]}]


def test_command_when_values_are_odd_then_they_are_quoted_for_a_shell() -> None:
    assert filters_of({"filters": FILTERS}) == [
        ("Tags.team", "eq", "web's"), ("stage", "in", ["won", "lost"]), ("owner_name", "is_null", ""),
    ]  # fmt: skip
    said = command(ANSWER["citations"][0])
    assert said.endswith("""'Tags.team eq web'"'"'s' --where 'stage in won,lost' --where 'owner_name is_null'""")
