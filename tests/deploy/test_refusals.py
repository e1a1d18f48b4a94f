"""Values that cannot work are refused with a text that says what to do."""

from typing import Any

import pytest

from tests.deploy.conftest import Render, values_of

EVALUATION = {"evaluation": {"enabled": True}}
OWN_STORES = {name: values_of("minimal")[name] for name in ("postgresql", "redis", "temporal", "objects")}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing chosen": ({}, "set evaluation.enabled=true to try the platform"),
    "an unknown key": ({**EVALUATION, "replicas": 3}, "additional properties 'replicas' not allowed"),
    "an unknown key of a component": (
        {**EVALUATION, "components": {"aam": {"replica": 3}}},
        "at '/components/aam': additional properties 'replica' not allowed",
    ),
    "a misspelt component": ({**EVALUATION, "components": {"aamm": {"env": {}}}}, "at '/components/aamm': missing"),
    "latest": ({**EVALUATION, "image": {"tag": "latest"}}, "latest names another image tomorrow"),
    "a password in a URL": ({**EVALUATION, "redis": {"url": "redis://me:secret@host:6379/0"}}, "at '/redis/url'"),
    "an address without a scheme": ({**EVALUATION, "publicUrl": "localhost"}, "at '/publicUrl'"),
    "stores without their passwords": (OWN_STORES, "secrets.existingSecret: not set"),
    "an ingress for no host": ({**EVALUATION, "ingress": {"enabled": True}}, "ingress.host: not set"),
    "fewer pods at most than at least": (
        {**EVALUATION, "components": {"aam": {"processes": {"serve": {"maxReplicas": 1}}}}},
        "components.aam.processes.serve: maxReplicas (1) is below replicas (2)",
    ),
    "a folder of no volume": ({**EVALUATION, "folders": {"exports": {"path": "/srv"}}}, "at '/folders/exports'"),
    "root": ({**EVALUATION, "runAs": 0}, "at '/runAs'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_values_that_cannot_work_are_refused_with_what_to_do(what: str, render: Render) -> None:
    values, said = REFUSED[what]
    assert said in render(values).get("refused", "taken")


def test_notes_name_the_next_three_commands(rendered: dict[str, dict[str, Any]]) -> None:
    for case in ("evaluation", "external"):
        commands = [line for line in rendered[case]["notes"].splitlines() if line.startswith("  ")][:3]
        assert [line.split()[0] for line in commands[:2]] == ["kubectl", "helm"]
        assert len(commands) == 3
