"""podman with a store of its own, so that nothing of the machine's other containers is seen or touched."""

import ipaddress
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

_CONF = """\
[engine]
runtime="{runtime}"
cgroup_manager="cgroupfs"
events_logger="file"
tmp_dir="{folder}/run/libpod"
[containers]
default_ulimits=["nofile=20000:20000","nproc=4096:4096"]
[network]
network_config_dir="{folder}/networks"
"""
_STORAGE = '[storage]\ndriver="overlay"\nrunroot="{folder}/run"\ngraphroot="{folder}/store"\n'


def missing() -> str:
    """What keeps images from being built and pods from being played here; empty: nothing."""
    if shutil.which("podman") is None:
        return "podman is not installed, so no image was built and no pod booted: apt-get install podman runc"
    if os.geteuid() != 0:
        return "only root may give pods their addresses, so no image was built and no pod booted: run as root"
    if not _runtime():
        return "podman has no runtime, so no image was built and no pod booted: apt-get install runc"
    return ""


def _runtime() -> str:
    return next(filter(shutil.which, ("runc", "crun")), "")


class Engine:
    """Runs podman on the store below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for below in ("networks", "run", "conf"):
            (folder / below).mkdir(parents=True, exist_ok=True)
        conf = folder / "conf"
        (conf / "containers.conf").write_text(_CONF.format(folder=folder, runtime=_runtime()))
        (conf / "storage.conf").write_text(_STORAGE.format(folder=folder))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
            "CONTAINERS_CONF": str(conf / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(conf / "storage.conf"),
            "TMPDIR": str(folder / "run"),
        }

    def run(self, *arguments: str, seconds: float = 300, check: bool = True) -> str:
        """Return what podman said; raises AssertionError with its complaint."""
        command = ["podman", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        assert not check or done.returncode == 0, f"{' '.join(command[:4])}: {done.stderr.strip()[-2000:]}"
        return done.stdout.strip()

    def volume(self, name: str, folder: Path) -> None:
        """Make a volume that holds a folder's files, in place of an older one; everybody may read them."""
        file = self.folder / "run" / f"{name}.tar"
        with tarfile.open(file, "w") as tar:
            for one in sorted(folder.iterdir()):
                tar.add(one, one.name)
        self.run("volume", "rm", "--force", name, check=False)
        self.run("volume", "create", name)
        self.run("volume", "import", name, str(file))
        file.unlink()

    def has(self, image: str) -> bool:
        """Whether the image is in the store."""
        command = ["podman", "image", "exists", image]
        return subprocess.run(command, env=self.environment, check=False, timeout=60).returncode == 0

    def network(self, name: str) -> ipaddress.IPv4Network:
        """Make a network that no route of this machine knows yet, in place of an older one; return its addresses."""
        self.run("network", "rm", "--force", name, check=False)
        routes = json.loads(subprocess.run(["ip", "-json", "route"], capture_output=True, check=True).stdout)
        used = [ipaddress.ip_network(one["dst"]) for one in routes if one["dst"] != "default"]
        every = (ipaddress.IPv4Network(f"10.90.{third}.0/24") for third in range(256))
        free = next(one for one in every if not any(one.overlaps(other) for other in used))
        self.run("network", "create", "--disable-dns", "--subnet", str(free), name)
        return free
