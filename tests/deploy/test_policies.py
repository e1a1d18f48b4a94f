"""What every rendered workload must be."""

from collections.abc import Iterator
from typing import Any

from tests.deploy.conftest import Manifests

WORKLOADS = ("Deployment", "StatefulSet", "Job")


def pods(manifests: Manifests) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in manifests:
        if one["kind"] in WORKLOADS:
            yield f"{one['kind']} {one['metadata']['name']}", one["spec"]["template"]["spec"]


def containers(manifests: Manifests) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods(manifests):
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            yield f"{name} {container['name']}", container


def test_images_name_a_release_or_a_digest(manifests: Manifests) -> None:
    for name, container in containers(manifests):
        image = container["image"]
        assert "@sha256:" in image or (":" in image and not image.endswith(":latest")), name


def test_containers_are_restricted_and_cannot_write_but_to_volumes(manifests: Manifests) -> None:
    for name, container in containers(manifests):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }, name


def test_pods_hold_no_token_of_the_cluster_and_run_as_an_ordinary_user(manifests: Manifests) -> None:
    for name, pod in pods(manifests):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert pod["securityContext"]["runAsUser"] > 10_000, name
        kinds = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
        assert kinds <= {"emptyDir", "secret", "configMap", "persistentVolumeClaim"}, name
        assert all(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "emptyDir" in volume), name


def test_tenants_files_can_be_read_alone_and_by_those_that_read_sources_alone(
    rendered: dict[str, dict[str, Any]],
) -> None:
    holders = set()
    for name, pod in pods(rendered["external"]["manifests"]):
        for volume in pod["volumes"]:
            if "persistentVolumeClaim" in volume:
                holders.add(name.removeprefix("Deployment aos-autonomos-").removesuffix("-background"))
                assert volume["persistentVolumeClaim"] == {"claimName": "sales-exports", "readOnly": True}
                (container,) = pod["containers"]
                mount = next(one for one in container["volumeMounts"] if one["name"] == volume["name"])
                assert mount == {"name": "folder-exports", "mountPath": "/data/exports", "readOnly": True}
                assert {"name": "AOS_FILE_ROOTS", "value": "/data"} in container["env"]
    assert holders == {"aod", "aam"}


def test_containers_have_requests_and_limits(manifests: Manifests) -> None:
    for name, container in containers(manifests):
        for kind in ("requests", "limits"):
            assert set(container["resources"][kind]) == {"cpu", "memory"}, name


def test_what_stays_running_has_three_probes_and_time_to_drain(manifests: Manifests) -> None:
    for name, pod in pods([one for one in manifests if one["kind"] != "Job"]):
        for container in pod["containers"]:
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container), name
            hook = container.get("lifecycle", {}).get("preStop", {})
            drained = name == "Deployment aos-autonomos-gateway"
            pause = int(hook["exec"]["command"][1]) if drained else hook.get("sleep", {}).get("seconds", 0)
            assert not drained or pause > 30, "a request may take 30 s"
            # A service ends within 20 s of SIGTERM (see aos_common.runner), the gateway at once.
            assert pod["terminationGracePeriodSeconds"] >= pause + (5 if drained else 20), name


def test_what_answers_has_a_budget_and_a_rolling_update_that_loses_no_pod(manifests: Manifests) -> None:
    deployments = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Deployment"}
    budgets = {one["metadata"]["name"] for one in manifests if one["kind"] == "PodDisruptionBudget"}
    assert set(deployments) == budgets
    for name, one in deployments.items():
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, name


def test_roles_are_told_to_services_alone(manifests: Manifests) -> None:
    for name, container in containers([one for one in manifests if one["kind"] == "Deployment"]):
        assert ("args" in container) == (container["name"] not in ("gateway", "console")), name


def test_a_scaled_deployment_leaves_its_number_of_pods_to_the_autoscaler(manifests: Manifests) -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in manifests if one["kind"] == "HorizontalPodAutoscaler"}
    for one in manifests:
        if one["kind"] == "Deployment":
            assert ("replicas" in one["spec"]) != (one["metadata"]["name"] in scaled)


def test_objects_fit_into_the_api_server(manifests: Manifests) -> None:
    for one in manifests:
        if one["kind"] == "ConfigMap":
            assert sum(len(text.encode()) for text in one["data"].values()) < 900_000


def test_only_its_own_secrets_reach_a_service(manifests: Manifests) -> None:
    services = {"identity", "aod", "aam", "dcl", "aoa", "nlp_gateway"}
    for one in manifests:
        component = one["metadata"]["labels"]["app.kubernetes.io/component"].removeprefix("migrate-").replace("-", "_")
        if one["kind"] not in ("Deployment", "Job") or component not in services:
            continue
        for _, container in containers([one]):
            keys = [entry["valueFrom"]["secretKeyRef"]["key"] for entry in container["env"] if "valueFrom" in entry]
            others = [
                key
                for key in keys
                for other in services - {component}
                if key.startswith((f"postgres-{other}_", f"valkey-{other}", f"{other}-"))
            ]
            assert others == [], component


def test_owners_of_schemas_are_known_to_migrations_alone(manifests: Manifests) -> None:
    for name, container in containers(manifests):
        owner = [e for e in container.get("env", ()) if e["name"] == "AOS_OWNER_DATABASE_URL"]
        assert bool(owner) == (container["name"] == "migrate"), name
