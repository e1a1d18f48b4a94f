"""The chart is what Kubernetes, and those who judge charts, take."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.conftest import CASES, TOOLS, judge

MINORS = ("1.34", "1.35", "1.36", "1.37")
SKIPPED = {
    "CKV_K8S_15": "a tag names one build for ever (`latest` is refused), so there is nothing to pull again",
    "CKV_K8S_35": "settings are the environment's in every service; the keys that open stored credentials are files",
    "CKV_K8S_43": "a digest is known once images are pushed: `image.digests` takes them",
}


def shape(node: Any) -> str:
    """What an object is made of, without its texts and numbers: those of one shape are judged once."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{key}:{shape(value)}" for key, value in sorted(node.items())) + "}"
    if isinstance(node, list):
        return "[" + ",".join(sorted({shape(one) for one in node})) + "]"
    return type(node).__name__


@pytest.fixture(scope="module")
def written(rendered: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    several = [one for case in CASES for one in rendered[case]["manifests"]]
    distinct = {one["kind"] + shape(one): one for one in several}
    file = tmp_path_factory.mktemp("rendered") / "distinct.json"
    file.write_text(json.dumps(list(distinct.values())))
    return file


def test_chart_in_every_ci_case_is_valid_strictly_on_four_minors(written: Path) -> None:
    refused = judge("validate", ",".join(MINORS), str(written))
    assert refused == {minor: [] for minor in MINORS}


def test_validation_refuses_a_field_that_kubernetes_does_not_know(tmp_path: Path) -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": 1}}
    (tmp_path / "wrong.json").write_text(json.dumps([wrong]))
    assert judge("validate", MINORS[0], str(tmp_path / "wrong.json"))[MINORS[0]]


def test_checkov_has_nothing_to_say_but_for_three_skips_with_reasons(
    rendered: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    assert len(SKIPPED) <= 3
    both = [*rendered["evaluation"]["manifests"], *rendered["external"]["manifests"]]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all([one for one in both if one["kind"] != "ConfigMap"]))
    command = [str(TOOLS / "checkov"), "--framework", "kubernetes", "--file", str(tmp_path / "all.yaml"), "--compact"]
    command += ["--quiet", "--output", "json", "--skip-check", ",".join(SKIPPED), "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    answer = json.loads(done.stdout)
    failed = [(one["check_id"], one["resource"]) for one in answer["results"]["failed_checks"]]
    assert failed == []
    assert answer["summary"]["passed"] > 1000


@pytest.mark.parametrize(
    "file", sorted(Path(__file__).parents[2].glob("deploy/images/*.Dockerfile")), ids=lambda file: file.stem
)
def test_hadolint_has_nothing_to_say(file: Path) -> None:
    done = subprocess.run([str(TOOLS / "hadolint"), str(file)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
