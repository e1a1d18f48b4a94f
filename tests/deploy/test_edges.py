"""A NetworkPolicy has an edge for each call that is made, and for none other: the calls are read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from aos_gateway.routes import CONSOLE, CONSOLE_ROUTES, ROUTES, Protocol

from tests.deploy.conftest import CHART, ROOT, Manifests

SERVICES = {path.name: path / "src" / path.name.replace("-", "_") for path in (ROOT / "services").iterdir()}
COMPONENTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())["components"]
EVERY = {"identity"}
"""Keys and service tokens over HTTP, flags over gRPC (aos_common.shared)."""
STORES = {"PostgreSQL": 5432}


def trees(service: str) -> Iterator[ast.AST]:
    for file in SERVICES[service].rglob("*.py"):
        yield ast.parse(file.read_text())


def called(service: str) -> set[str]:
    """Whose gRPC address the service's code reads: `settings.<svc>_grpc`, or all by an f-string `{name}_grpc`."""
    found = set(EVERY)
    for tree in trees(service):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr.endswith("_grpc") and node.attr[:-5] in _modules():
                found.add(node.attr.removesuffix("_grpc").replace("_", "-"))
            if isinstance(node, ast.JoinedStr) and "_grpc" in ast.unparse(node):
                found |= set(SERVICES)
    return found


def _modules() -> set[str]:
    return {name.replace("-", "_") for name in SERVICES}


def names(service: str) -> set[str]:
    """Every name and attribute in the service's code."""
    nodes = [node for tree in trees(service) for node in ast.walk(tree)]
    return {n.id for n in nodes if isinstance(n, ast.Name)} | {n.attr for n in nodes if isinstance(n, ast.Attribute)}


def test_services_call_in_the_chart_whom_they_call_in_the_code() -> None:
    for service in SERVICES:
        calls = COMPONENTS[service]["calls"]
        assert set(calls["grpc"]) == called(service), service
        assert set(calls["http"]) == EVERY, service


def test_stores_and_the_internet_are_open_to_those_whose_code_speaks_to_them() -> None:
    for service in SERVICES:
        used = names(service)
        stores = {"postgresql", "redis"}
        stores |= {"objects"} if "ObjectStore" in used or "objects_url" in used else set()
        stores |= {"temporal"} if "temporal_address" in used else set()
        assert set(COMPONENTS[service]["stores"]) == stores, service
        assert COMPONENTS[service]["internet"] == ("Egress" in used), service
        assert COMPONENTS[service]["folders"] == ("SourceSettings" in used), service


def test_gateway_reaches_whom_its_routes_lead_to() -> None:
    routed: dict[Protocol, set[str]] = {protocol: set() for protocol in Protocol}
    for route in (*ROUTES, *CONSOLE_ROUTES):
        routed[route.protocol].add(route.service.replace("_", "-"))
    calls = COMPONENTS["gateway"]["calls"]
    assert set(calls["http"]) == routed[Protocol.HTTP]
    assert set(calls["grpc"]) == routed[Protocol.GRPC]
    assert CONSOLE in calls["http"]


def edges(manifests: Manifests, kind: str) -> set[tuple[str, str, int]]:
    """(caller, callee, port) as the policies' egress or ingress has them."""
    found = set()
    for one in manifests:
        if one["kind"] != "NetworkPolicy":
            continue
        me = _component(one["spec"]["podSelector"])
        for rule in one["spec"].get("egress" if kind == "to" else "ingress", ()):
            for peer in rule.get(kind, ()):
                if "podSelector" in peer and "namespaceSelector" not in peer:
                    other = _component(peer["podSelector"])
                    pair = (me, other) if kind == "to" else (other, me)
                    found |= {(*pair, port["port"]) for port in rule["ports"]}
    return found


def _component(selector: dict[str, Any]) -> str:
    labels = selector["matchLabels"]
    return str(labels.get("app.kubernetes.io/component") or labels.get("autonomos.io/process"))


def test_edges_out_equal_edges_in_and_the_calls(rendered: dict[str, dict[str, Any]]) -> None:
    manifests = rendered["evaluation"]["manifests"]
    wanted = {
        (name, callee, port)
        for name, component in COMPONENTS.items()
        for protocol, port in (("http", 8080), ("grpc", 9090))
        for callee in component["calls"][protocol]
    }
    here = {"postgresql": ("postgresql", 5432), "redis": ("valkey", 6379)}
    here |= {"temporal": ("temporal", 7233), "objects": ("objects", 8333)}
    wanted |= {(name, *here[store]) for name, one in COMPONENTS.items() for store in one["stores"]}
    wanted |= {("schema", "postgresql", 5432)}
    assert edges(manifests, "from") == wanted
    assert edges(manifests, "to") == wanted | {("test", "gateway", 8080)}


def test_every_pod_is_denied_what_no_policy_allows(rendered: dict[str, dict[str, Any]]) -> None:
    policies = [one for one in rendered["evaluation"]["manifests"] if one["kind"] == "NetworkPolicy"]
    deny = next(one for one in policies if one["metadata"]["name"].endswith("-deny"))
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in deny["spec"]
    assert "egress" not in deny["spec"]
    wanted = deny["spec"]["podSelector"]["matchLabels"].items()
    for one in rendered["evaluation"]["manifests"]:
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            assert wanted <= one["spec"]["template"]["metadata"]["labels"].items()


def test_settings_in_the_chart_are_settings_of_the_services(rendered: dict[str, dict[str, Any]]) -> None:
    known = {f"AOS_{name.upper()}" for file in _settings_files() for name in _fields(file)}
    for one in rendered["external"]["manifests"]:
        if one["kind"] == "Deployment":
            for entry in one["spec"]["template"]["spec"]["containers"][0].get("env", ()):
                assert entry["name"] in known or not entry["name"].startswith("AOS_"), entry["name"]


def _settings_files() -> list[Path]:
    return [ROOT / "libs/common/src/aos_common/settings.py", *(folder / "settings.py" for folder in SERVICES.values())]


def _fields(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
