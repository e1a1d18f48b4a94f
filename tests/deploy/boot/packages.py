"""The packages of all images, fetched once as this machine fetches packages; builds then need no network."""

import hashlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from tests.deploy.conftest import ROOT

WHEELS, NPM = "/wheels", "/root/.npm"


def fetch(folder: Path, locks: ModuleType) -> list[str]:
    """Fetch what is not there yet to `folder`; return what builds need to find it."""
    names = sorted(set().union(*(locks.packages(image) for image in locks.IMAGES)))
    lock = "".join(locks.locked()[name] for name in names)
    wheels, mark = folder / "wheels", folder / "wheels.fetched"
    version = hashlib.sha256(lock.encode()).hexdigest()
    if not mark.exists() or mark.read_text() != version:
        (folder / "all.lock").write_text(lock)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        command += [
            "--no-cache-dir",
            "--require-hashes",
            "--dest",
            str(wheels),
            "--requirement",
            str(folder / "all.lock"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr[-2000:]
        mark.write_text(version)
    (folder / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {WHEELS}\nno-cache-dir = true\n")
    (folder / "npmrc").write_text(f"offline=true\nregistry={_npm('registry')}\n")
    volumes = {wheels: f"{WHEELS}:ro", folder / "pip.conf": "/etc/pip.conf:ro", folder / "npmrc": "/root/.npmrc:ro"}
    return [f"--volume={here}:{there}" for here, there in volumes.items()] + [f"--volume={_npm('cache')}:{NPM}:O"]


def _npm(setting: str) -> str:
    command = [str(Path(sys.executable).with_name("npm")), "config", "get", setting]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
