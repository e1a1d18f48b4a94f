"""`aos kb`, against a server that keeps documents in memory."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from aos.cli.main import build
from click.testing import Result
from typer.testing import CliRunner

PASSAGE = {"document_id": "d1", "chunk_id": "c1", "title": "[/a] Handbook", "headings": ["Travel"], "score": 0.1}
PASSAGE |= {"text": "Flights are booked \x1b[2J early.", "start": 10, "end": 40}


class Base(BaseHTTPRequestHandler):
    documents: ClassVar[dict[str, Any]] = {}

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: Any) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/v1/nlp/kb")
        if path == "/documents":
            self._answer(200, {"documents": list(self.documents.values()), "next_page_token": ""})
        elif path == "/collections":
            entry = {"id": "k1", "name": "board", "documents": 1, "roles": ["owner"], "subjects": []}
            self._answer(200, {"collections": [entry]})
        elif path.endswith("/text"):
            self._answer(200, {"text": "the stored text"})
        else:
            self._answer(200, self.documents[path.rpartition("/")[2]])

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if parts.path.endswith("/search"):
            self._answer(200, {"passages": [PASSAGE]})
            return
        if parts.path.endswith("/collections"):
            self._answer(201, {"id": "k2", **json.loads(content)})
            return
        named = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if content in (b"", b"old"):
            reason = "DOCUMENT_EXISTS" if content else "CONTENT_REFUSED"
            self._answer(409, {"reason": reason, "detail": "no", "hint": "do"})
            return
        number = f"d{len(self.documents) + 1}"
        fields = named if parts.path.endswith("/files") else json.loads(content)
        state = {"state": "failed", "error": "It is damaged."} if b"bad" in content else {"state": "ready", "error": ""}
        made = {"id": number, "title": fields.get("title") or fields.get("name"), "collection": "general", **state}
        made |= {"chunks_done": 2, "chunks_total": 2, "characters": 9000, "source_uri": fields.get("source_uri", "")}
        self.documents[number] = made
        self._answer(201, made)

    def do_DELETE(self) -> None:
        self.documents.pop(self.path.rpartition("/")[2], None)
        self._answer(204, None)


@pytest.fixture
def server() -> Iterator[str]:
    Base.documents = {}
    served = ThreadingHTTPServer(("127.0.0.1", 0), Base)
    thread = Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture
def run(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AOS_URL", server)
    monkeypatch.setenv("AOS_SESSION_FILE", str(tmp_path / "session.json"))

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(build(), ["kb", *arguments], **options)

    return invoke


def test_add_when_a_folder_then_its_files_are_sent_and_one_refusal_stops_none(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, content in (("a.md", "# A"), ("b.txt", "old"), ("c.csv", ""), ("d.png", "x"), ("e.html", "<p>e")):
        (folder / name).write_text(content)
    done = run("add", str(folder))
    assert done.exit_code == 0, done.output
    assert "b.txt: there already." in done.output
    assert "c.csv: no" in done.output
    sources = [one["source_uri"] for one in Base.documents.values()]
    assert sources == [f"file://{folder / 'a.md'}", f"file://{folder / 'e.html'}"]


def test_add_when_from_standard_input_then_it_is_sent_as_text(run: Any) -> None:
    done = run("add", "-", "--title", "Note", input="Some words.")
    assert "Note: ready, 2 passages" in done.output


def test_add_when_a_document_fails_then_the_exit_status_says_so(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_text("bad")
    done = run("add", str(tmp_path / "x.pdf"))
    assert (done.exit_code, "failed: It is damaged." in done.output) == (1, True)
    assert run("add").exit_code == run("add", str(tmp_path / "nowhere")).exit_code == 2


def test_add_when_the_platforms_docs_then_each_page_is_known_by_its_path(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in ("README.md", "GLOSSARY.md", "docs/decisions/1.md", "services/x/README.md", "services/x/other.md"):
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text(f"# {page}")
    monkeypatch.chdir(tmp_path)
    assert run("add", "--platform-docs").exit_code == 0
    sources = [one["source_uri"] for one in Base.documents.values()]
    pages = ("README.md", "GLOSSARY.md", "docs/decisions/1.md", "services/x/README.md")
    assert sources == [f"autonomos://docs/{page}" for page in pages]


def test_search_when_something_is_found_then_the_command_that_shows_its_place_is_beside_it(run: Any) -> None:
    done = run("search", "Who books flights?")
    assert "[/a] Handbook › Travel" in done.output
    assert "aos kb show d1 --start 10 --end 40" in done.output
    assert "\x1b[2J" not in done.output
    assert json.loads(run("search", "x", "--json").output) == [PASSAGE]


def test_documents_when_listed_shown_and_deleted_then_each_command_says_what_it_did(run: Any) -> None:
    assert "aos kb add FOLDER" in run("list").output
    run("add", "-", "--title", "Note", input="Some words.")
    assert "Note" in run("list").output
    shown = run("show", "d1").output
    assert "the stored text" in shown
    assert "9,000 characters in all" in shown
    assert run("delete", "d1").exit_code == 0
    assert Base.documents == {}


def test_collections_when_made_and_listed_then_who_may_read_is_shown(run: Any) -> None:
    assert "owner" in run("collections", "list").output
    assert "--collection 'the board'" in run("collections", "create", "the board", "--role", "owner").output
    missing = run("collections", "delete", "nope")
    assert (missing.exit_code, "COLLECTION_NOT_FOUND" in missing.output) == (1, True)
