"""Rendered workloads as pods that `podman kube play` understands.

Kept as rendered: images, commands, users, dropped capabilities, read-only roots, limits, mounts, first containers. What
this version of podman does not know is done for it: Secrets and `$(NAME)` are filled in, names of Services are
/etc/hosts lines, a Job is a pod that runs until it succeeds, probes are asked from outside (`ready`), and a preStop
command is run by who stops the pod. Its pauses are left out: services are told to stop while they are still called.
"""

import base64
import copy
import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

Node = dict[str, Any]
_OF_THE_CLUSTER = (
    "topologySpreadConstraints",
    "serviceAccountName",
    "enableServiceLinks",
    "automountServiceAccountToken",
)
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe", "lifecycle")
_SECONDS = 3.0


@dataclass(frozen=True)
class Pod:
    """One pod to play; `probe`: what says that it is ready, None for a Job; `before_stop`: its preStop command."""

    name: str
    workload: str
    address: str
    documents: list[Node]
    probe: Node | None
    before_stop: Sequence[str] = ()

    def ready(self) -> bool:
        """Whether the rendered readiness probe is content."""
        assert self.probe is not None
        if "tcpSocket" in self.probe:
            with socket.socket() as one:
                one.settimeout(_SECONDS)
                return one.connect_ex((self.address, int(self.probe["tcpSocket"]["port"]))) == 0
        about = self.probe["httpGet"]
        try:
            url = f"http://{self.address}:{about['port']}{about['path']}"
            with urllib.request.urlopen(url, timeout=_SECONDS) as got:
                return bool(got.status == 200)
        except OSError:
            return False


@dataclass(frozen=True)
class Rendering:
    """What one rendering holds, and the addresses its pods get."""

    manifests: Sequence[Node]
    network: IPv4Network
    copies: Mapping[str, int] = field(default_factory=dict)
    """Pods of a workload, by its name; one of each where it is not said."""

    def of(self, *kinds: str) -> list[Node]:
        """Return the manifests of these kinds."""
        return [one for one in self.manifests if one["kind"] in kinds]

    @property
    def secret(self) -> dict[str, str]:
        """All values of the rendered Secret."""
        found = (item for one in self.of("Secret") for item in one["data"].items())
        return {key: base64.b64decode(value).decode() for key, value in found}

    def addresses(self) -> dict[str, list[str]]:
        """The addresses of each workload's pods."""
        free = iter(list(self.network.hosts())[9:])
        names = [one["metadata"]["name"] for one in self.of("Deployment", "StatefulSet")]
        return {name: [str(next(free)) for _ in range(self.copies.get(name, 1))] for name in names}

    def pods(self) -> list[Pod]:
        """Return the pods of all workloads and Jobs but that of `helm test`."""
        addresses, hosts = self.addresses(), self._hosts()
        made = []
        for one in self.of("Deployment", "StatefulSet", "Job"):
            name = one["metadata"]["name"]
            if "helm.sh/hook" in one["metadata"].get("annotations", {}):
                continue
            for place, address in enumerate(addresses.get(name, [""])):
                own = name if not place else f"{name}-{place}"
                made.append(Pod(own, name, address, list(self._documents(own, one, hosts)), _probe(one), _hook(one)))
        return made

    def _hosts(self) -> list[Node]:
        addresses, workloads = self.addresses(), self.of("Deployment", "StatefulSet")
        lines = []
        for service in self.of("Service"):
            wanted = service["spec"]["selector"].items()
            for one in workloads:
                if wanted <= one["spec"]["template"]["metadata"]["labels"].items():
                    own = addresses[one["metadata"]["name"]]
                    lines += [{"ip": ip, "hostnames": [service["metadata"]["name"]]} for ip in own]
        return lines

    def _documents(self, name: str, workload: Node, hosts: list[Node]) -> Iterator[Node]:
        spec = copy.deepcopy(workload["spec"]["template"]["spec"])
        for key in _OF_THE_CLUSTER:
            spec.pop(key, None)
        for claim in workload["spec"].get("volumeClaimTemplates", []):
            spec["volumes"].append({"name": claim["metadata"]["name"], "emptyDir": {}})
        for volume in spec["volumes"]:
            yield from self._files(name, volume)
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            self._fill(container)
        spec["hostAliases"] = hosts
        spec["restartPolicy"] = "OnFailure"  # podman would start first containers for ever
        notes = {"io.podman.annotations.init.container.type": "always"}
        metadata = {"name": name, "labels": {"app": name}, "annotations": notes}
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

    def _files(self, name: str, volume: Node) -> Iterator[Node]:
        """Make of each volume one that podman knows."""
        if "emptyDir" in volume:
            volume["emptyDir"] = {}
        elif "configMap" in volume:
            wanted = volume["configMap"]["name"]
            yield next(one for one in self.of("ConfigMap") if one["metadata"]["name"] == wanted)
        elif "secret" in volume:
            secret, items = self.secret, volume.pop("secret")["items"]
            volume["configMap"] = {"name": f"{name}-{volume['name']}"}
            data = {item["path"]: secret[item["key"]] for item in items}
            yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": dict(volume["configMap"]), "data": data}

    def _fill(self, container: Node) -> None:
        secret, known = self.secret, dict[str, str]()

        def filled(text: str) -> str:
            return re.sub(r"\$\((\w+)\)", lambda found: known.get(found[1], found[0]), text)

        for one in container.get("env", []):
            given = one["value"] if "value" in one else secret[one["valueFrom"]["secretKeyRef"]["key"]]
            known[one["name"]] = filled(given)
        container["env"] = [{"name": name, "value": value} for name, value in known.items()]
        if "args" in container:
            container["args"] = [filled(one) for one in container["args"]]
        for key in (*_PROBES, "ports"):
            container.pop(key, None)


def _hook(workload: Node) -> Sequence[str]:
    container = workload["spec"]["template"]["spec"]["containers"][0]
    return list(container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ()))


def _probe(workload: Node) -> Node | None:
    if workload["kind"] == "Job":
        return None
    container = workload["spec"]["template"]["spec"]["containers"][0]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    probe = json.loads(json.dumps(container["readinessProbe"]))
    for kind in ("httpGet", "tcpSocket"):
        if kind in probe:
            probe[kind]["port"] = ports[probe[kind]["port"]]
    return dict(probe)
