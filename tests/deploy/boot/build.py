"""Every image, as `make images` builds them, from this machine's own system and with the packages it has fetched.

`python -m tests.deploy.boot.build` does it before the tests, which then find them; where nothing can be built it does
nothing, and the tests say why.
"""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

from tests.deploy.boot import engine, packages, system
from tests.deploy.conftest import ROOT

FOLDER = ROOT / ".tools" / "podman"
_AT_ONCE, _SECONDS = 2, 1500


def missing() -> str:
    """What keeps images from being built and pods from being played here; empty: nothing."""
    return engine.missing() or system.missing()


def build(podman: engine.Engine) -> str:
    """Build all images unless they are made of these very files; return what was said about them."""
    built, source = FOLDER / "built.json", _fingerprint()
    known = json.loads(built.read_text()) if built.exists() else {}
    if known.get("source") == source and all(map(podman.has, known["images"])):
        return str(known["said"])
    said = _build(podman, _locks())
    images = re.findall(r"^(localhost/\S+)  \S+ [MG]B$", said, re.MULTILINE)
    built.write_text(json.dumps({"source": source, "images": images, "said": said}))
    return said


def _fingerprint() -> str:
    """Tell whether any file of the checkout has changed; what git ignores is made of the others."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    found = hashlib.sha256(sys.version.encode())
    for path in filter(Path.is_file, (ROOT / name for name in sorted(listed.split("\0")) if name)):
        found.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _build(podman: engine.Engine, locks: ModuleType) -> str:
    with ThreadPoolExecutor() as pool:
        fetched = pool.submit(packages.fetch, FOLDER, locks)
        bases = system.build(podman)
    options = [f"--option={one}" for one in fetched.result()]
    command = [sys.executable, str(ROOT / "deploy" / "images" / "build.py"), "--engine", "podman", "--network", "none"]
    command += ["--system-image", bases[0], "--python-image", bases[1], "--jobs", str(_AT_ONCE), *options]
    done = subprocess.run(
        command, env=podman.environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def _locks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("image_locks", ROOT / "deploy" / "images" / "locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    if not missing():
        build(engine.Engine(FOLDER))
