"""All pods of one rendering, played in the order in which they wait for each other."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import yaml

from tests.deploy.boot.engine import Engine
from tests.deploy.boot.pods import Node, Pod, Rendering

_AT_ONCE = 3
_POLL_SECONDS = 0.25


class Cluster:
    """Plays pods, waits for them, and takes them away again; `files` is where their documents are written.

    `url` is the gateway's address.
    """

    def __init__(self, engine: Engine, rendering: Rendering, network: str, files: Path, url: str) -> None:
        self.engine, self.rendering, self.network, self.files, self.url = engine, rendering, network, files, url
        self.pods = {pod.name: pod for pod in rendering.pods()}

    def play(self, names: Iterable[str]) -> None:
        """Start the pods; a pod's first containers have ended when this returns."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda name: self._play(self.pods[name]), names))

    def _play(self, pod: Pod) -> None:
        file = self.files / f"{pod.name}.yaml"
        file.write_text(yaml.safe_dump_all(pod.documents))
        file.chmod(0o600)
        address = ["--ip", pod.address] if pod.address else []
        self.engine.run("kube", "play", "--network", self.network, *address, str(file))

    def until_ready(self, names: Iterable[str], seconds: float) -> None:
        """Wait for the readiness probes; raise AssertionError with the log of a pod that is not ready in time."""
        deadline = time.monotonic() + seconds
        for name in names:
            self.until(self.pods[name].ready, deadline - time.monotonic(), name)

    def until_done(self, names: Iterable[str], seconds: float) -> None:
        """Wait until Jobs have succeeded."""
        deadline = time.monotonic() + seconds
        for name in names:
            self.until(partial(self._ended_well, name), deadline - time.monotonic(), name)

    def until(self, done: Callable[[], bool], seconds: float, name: str) -> None:
        """Wait for something about a pod."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{name}: not after {seconds:.0f} s\n{self.log(name)}"
            time.sleep(_POLL_SECONDS)

    def container(self, name: str) -> str:
        """The name of a pod's container."""
        return f"{name}-{self.pods[name].documents[-1]['spec']['containers'][0]['name']}"

    def log(self, name: str) -> str:
        """The end of what a pod has said."""
        command = ["podman", "logs", "--tail", "40", self.container(name)]
        done = subprocess.run(command, env=self.engine.environment, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr)[-4000:]

    def state(self, name: str) -> Node:
        """What podman knows of a pod's container."""
        found: Node = json.loads(self.engine.run("container", "inspect", self.container(name)))[0]
        return found

    def _ended_well(self, name: str) -> bool:
        state = self.state(name)["State"]
        return bool(state["Status"] == "exited" and state["ExitCode"] == 0)

    def stop_pods(self) -> None:
        """Remove the pods, of an earlier run too, and what belongs to them."""
        running = self.engine.run("pod", "ps", "--quiet").split()
        with ThreadPoolExecutor(2 * _AT_ONCE) as pool:
            list(pool.map(self._remove, running))
        for left in self.engine.run("pod", "ps", "--quiet").split():  # where two were in each other's way
            self._remove(left)
        self.engine.run("volume", "prune", "--force", check=False)

    def _remove(self, pod: str) -> None:
        self.engine.run("pod", "rm", "--force", "--time", "0", pod, check=False)

    def _keep(self, name: str) -> None:
        """Give the pod a container that only stays: podman takes away a pod, and its network, with its last one."""
        image = self.pods[name].documents[-1]["spec"]["containers"][0]["image"]
        stays = ["--replace", "--name", f"{name}-stays", "--entrypoint", "sleep"]
        self.engine.run("run", "--detach", "--pod", name, *stays, image, "infinity")

    def addresses(self, workload: str) -> list[str]:
        """The addresses of its pods."""
        return [pod.address for pod in self.pods.values() if pod.workload == workload]

    def stop(self, name: str, seconds: int = 30) -> None:
        """Run a pod's preStop command, tell its container to end with SIGTERM, and start it again when it has."""
        own = self.container(name)
        self._keep(name)
        if command := self.pods[name].before_stop:
            self.engine.run("exec", own, *command)
        self.engine.run("stop", "--time", str(seconds), own)
        ended = self.state(name)["State"]["ExitCode"]
        self.engine.run("start", own)
        assert ended == 0, f"{name} ended with {ended} after SIGTERM\n{self.log(name)}"
