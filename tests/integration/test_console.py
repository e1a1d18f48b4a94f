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
SECONDS = 900


@pytest.fixture(scope="module")
def around(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a browser test: the example company's demo, and folders of its own for all it writes."""
    done = stack.aos("demo", "--json")
    assert done.returncode == 0, done.stderr
    home = tmp_path_factory.mktemp("browser")
    document = home / "demo.json"
    document.write_text(json.dumps(json.loads(done.stdout)))
    own = {"HOME": str(home), "TMPDIR": str(home), "AOS_URL": stack.url, "AOS_DEMO": str(document)}
    seen = {"AOS_FEED_PID": str(stack.process("aoa").pid), "AOS_EXAMPLE": str(stack.home / "example")}
    return {**os.environ, **own, **seen}


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("spec", sorted(path.name for path in (BROWSER_TESTS / "tests").glob("*.spec.ts")))
def test_console_when_tried_in_a_browser_then_all_holds(around: dict[str, str], spec: str) -> None:
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [node, "node_modules/@playwright/test/cli.js", "test", spec],
        cwd=BROWSER_TESTS,
        env=around,
        capture_output=True,
        text=True,
        timeout=SECONDS - 20,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
