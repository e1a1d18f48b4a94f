"""The web console's server: real Caddy before a tiny console."""

import http.client
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from aos_gateway.routes import CONSOLE
from aos_local import testing
from aos_local.processes.process import Child, start
from aos_local.settings import CONSOLE_SOURCE, LocalSettings
from aos_local.stack.build import Stack, build
from aos_local.stack.component import Component
from aos_local.stack.console import NOT_BUILT

PAGE = "<!doctype html><title>AOS</title>"
SCRIPT = "console.log('a script of the console');" * 200


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What a build leaves, in a folder whose name needs quoting."""
    root = tmp_path / "a console"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text(PAGE)
    (root / "theme.js").write_text("//")
    (root / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (root / ".env").write_text("SECRET=1")
    return root


def _stack(tmp_path: Path, root: Path) -> Stack:
    settings = LocalSettings.read({"AOS_CONSOLE_ROOT": str(root), "AOS_LOCAL_SERVICES": "dcl"}, tmp_path / "home")
    settings.home.create()
    return build(settings)


def _console(stack: Stack) -> Component:
    return next(component for component in stack.components if component.name == CONSOLE)


def _gateway(stack: Stack, tmp_path: Path) -> Any:
    gateway = stack.components[-1]
    assert gateway.launch is not None
    gateway.launch()
    return gateway, json.dumps(yaml.load((tmp_path / "home" / "run" / "envoy.yaml").read_text(), yaml.CSafeLoader))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Served:
    """The running console, asked as the gateway asks: with the host that the browser named."""

    def __init__(self, component: Component) -> None:
        self._port = component.port

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, headers={"host": "aos.example.com", **named})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@pytest.fixture
def served(tmp_path: Path, dist: Path) -> Iterator[Served]:
    component = _console(_stack(tmp_path, dist))
    assert component.launch is not None
    with testing.running("Caddy", component.launch, component.ready):
        yield Served(component)


def test_stack_when_the_console_is_not_built_then_it_says_so_and_the_gateway_has_no_pages(tmp_path: Path) -> None:
    stack = _stack(tmp_path, tmp_path / "nothing")
    assert CONSOLE not in {component.name for component in stack.components}
    assert stack.notes == (NOT_BUILT,)
    assert next(iter(stack.urls)) == "API"
    assert "console-http" not in _gateway(stack, tmp_path)[1]


def test_stack_when_the_console_is_built_then_its_address_comes_first_and_the_gateway_waits_for_it(
    tmp_path: Path, dist: Path
) -> None:
    stack = _stack(tmp_path, dist)
    assert stack.notes == ()
    assert next(iter(stack.urls)) == "Console"
    assert stack.urls["Console"] == stack.urls["API"]
    gateway, configuration = _gateway(stack, tmp_path)
    assert gateway.after == ("dcl", CONSOLE)
    assert f'"port_value": {_console(stack).port}' in configuration


def test_settings_when_no_folder_is_named_then_it_is_the_projects() -> None:
    assert LocalSettings.read({}).console_root == CONSOLE_SOURCE / "dist"
    assert (CONSOLE_SOURCE / "Caddyfile").is_file()


@pytest.mark.parametrize("path", ["/", "/home", "/views/account?chart=bar", "/connect/7/runs"])
def test_page_when_asked_for_then_it_is_the_console_and_never_stale(served: Served, path: str) -> None:
    answer = served.get(path)
    assert (answer.status, answer.body.decode()) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert served.get(path, if_none_match=answer.headers["etag"]).status == 304


def test_asset_when_asked_for_then_it_is_small_and_kept(served: Served) -> None:
    for encoding in ("zstd", "gzip"):
        answer = served.get("/assets/index-1a2b.js", accept_encoding=encoding)
        assert (answer.status, answer.headers["content-encoding"]) == (200, encoding)
        assert len(answer.body) < len(SCRIPT) / 10
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert served.get("/assets/index-1a2b.js").body.decode() == SCRIPT
    assert served.get("/theme.js").headers["cache-control"] == "no-cache", "its name stays when it changes"


@pytest.mark.parametrize("path", ["/assets/index-gone.js", "/assets/", "/assets/../.env", "/.env"])
def test_file_when_there_is_none_or_it_is_hidden_then_404_that_nobody_keeps(served: Served, path: str) -> None:
    answer = served.get(path)
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
    assert b"SECRET" not in answer.body
    assert PAGE.encode() not in answer.body


@pytest.mark.parametrize("path", ["/", "/assets/index-1a2b.js", "/assets/gone.js"])
def test_answer_when_given_then_it_runs_what_is_ours_alone(served: Served, path: str) -> None:
    headers = served.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


def test_file_when_something_else_than_reading_is_asked_then_405(served: Served) -> None:
    assert [served.get("/theme.js", method).status for method in ("HEAD", "POST", "DELETE")] == [200, 405, 405]


def test_console_when_told_to_stop_then_it_goes_politely_and_leaves_no_file(
    tmp_path: Path, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    component = _console(_stack(tmp_path, dist))
    assert component.launch is not None
    child: Child = start(component.launch())
    try:
        while not component.ready():
            assert child.exit_code() is None, component.log.read_text()
    finally:
        assert child.stop(5)
    assert not (tmp_path / "user").exists()
    assert '"level":"error"' not in component.log.read_text()
    assert os.listdir(tmp_path / "home" / "data") == ["objects"]
