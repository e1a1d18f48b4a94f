"""The console as people use it: a real browser against the platform, through the gateway."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import ROOT

BROWSER_TESTS = ROOT / "console" / "e2e"


@pytest.fixture(scope="module")
def demo(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document of the example company's demo."""
    done = stack.aos("demo", "--json")
    assert done.returncode == 0, done.stderr
    document = tmp_path_factory.mktemp("demo") / "demo.json"
    document.write_text(json.dumps(json.loads(done.stdout)))
    return document


@pytest.mark.timeout(600)
@pytest.mark.parametrize("spec", sorted(path.name for path in (BROWSER_TESTS / "tests").glob("*.spec.ts")))
def test_console_when_tried_in_a_browser_then_all_holds(stack: Any, demo: Path, tmp_path: Path, spec: str) -> None:
    # The browser writes below these; another run's browser must not find its files.
    own = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "AOS_URL": stack.url, "AOS_DEMO": str(demo)}
    own |= {"AOS_FEED_PID": str(stack.process("aoa").pid), "AOS_EXAMPLE": str(stack.home / "example")}
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [node, "node_modules/@playwright/test/cli.js", "test", spec],
        cwd=BROWSER_TESTS,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
