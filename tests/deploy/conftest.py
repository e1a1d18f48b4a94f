"""The chart, rendered once for each file of `charts/autonomos/ci`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "autonomos"
TOOLS = ROOT / ".tools" / "charts" / "bin"
CASES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))

Manifests = list[dict[str, Any]]
Render = Callable[[dict[str, Any]], dict[str, Any]]


def judge(*arguments: str, given: str = "") -> Any:
    command = [str(TOOLS / "python"), str(Path(__file__).with_name("judge.py")), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def values_of(case: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((CHART / "ci" / f"{case}-values.yaml").read_text())
    return values


@pytest.fixture(scope="session")
def rendered() -> dict[str, dict[str, Any]]:
    answers = judge("render", given=json.dumps([values_of(case) for case in CASES]))
    return dict(zip(CASES, answers, strict=True))


@pytest.fixture(scope="session")
def render() -> Render:
    def once(values: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = judge("render", given=json.dumps([values]))[0]
        return answer

    return once


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def manifests(case: str, rendered: dict[str, dict[str, Any]]) -> Manifests:
    assert "refused" not in rendered[case], rendered[case]["refused"]
    return list(rendered[case]["manifests"])
