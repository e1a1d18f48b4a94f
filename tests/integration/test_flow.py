"""What happens to records is told live to their tenant alone, and one trace leads from the gateway to the agents."""

import itertools
import json
import threading
import time
from pathlib import Path
from typing import Any

from aos import Client

from tests.integration.helpers import approve_mappings, connect, run_pipeline, wait_until

ROWS = "account_id,account_name,industry,revenue\n" + "".join(f"{n},Company {n},retail,{n}\n" for n in range(1, 41))

PATHS = {
    "job sync": ["gateway", "aoa", "aam"],
    "consume aam.stream.completed": ["gateway", "aoa", "aam", "dcl"],
    "consume dcl.stream.applied": ["gateway", "aoa", "aam", "dcl", "aam"],
    "/autonomos.dcl.v1.ViewService/ListViews": ["gateway", "aoa", "dcl"],
}
"""By span of a run, the services that lead to it."""


def test_pipeline_when_it_runs_then_every_layer_tells_of_it_live(stack: Any, client: Client, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(ROWS)
    connection = connect(client, str(tmp_path), "exports")
    approve_mappings(client, connection["id"])
    start = client.flow.newest()
    told = wait_until(client.flow.newest, lambda seen: _stages(seen) >= {"mapping_proposed"})
    assert next(e for e in told["events"] if e["stage"] == "mapping_proposed")["metadata"]["entity"] == "account"

    heard: list[Any] = []
    viewer = threading.Thread(target=_watch, args=(stack, client, start["position"], heard), daemon=True)
    viewer.start()
    run = run_pipeline(client)
    assert run["state"] == "succeeded", run
    viewer.join(30)
    assert not viewer.is_alive(), [event["stage"] for event in heard]
    live = {(event["layer"], event["stage"]): event for event in heard}
    assert {layer for layer, _ in live} == {"aam", "dcl", "agent"}
    read, shown = live["aam", "event_ingested"], live["dcl", "materialized"]
    assert (read["metadata"]["rows"], read["metadata"]["run"]) == ("40", shown["metadata"]["run"])
    assert read["duration_ms"] > 0
    assert shown["entity_id"] == "view:account"

    newest = client.flow.newest(limit=1000)
    assert newest["counts"]["agent"]["success"] >= 3
    assert newest["stale_seconds"] < 10
    ids = [event["event_id"] for event in heard]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {event["event_id"] for event in newest["events"]}
    stranger = stack.sign_up().flow.newest()
    assert (stranger["events"], stranger["counts"]) == ([], {"aam": {}, "dcl": {}, "agent": {}})


def test_run_when_it_is_over_then_is_one_trace_from_the_gateway_to_the_agents(
    stack: Any, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "accounts.csv").write_text(ROWS)
    connection = connect(client, str(tmp_path), "exports")
    approve_mappings(client, connection["id"])
    started = time.time_ns()
    assert run_pipeline(client)["state"] == "succeeded"

    def traced() -> list[Any]:
        """The spans of the trace of the run, once all have arrived: each process sends its own when it pleases."""
        shown = stack.aos("traces", "--json", "--limit", "300")
        known = [one for one in json.loads(shown.stdout) if "aoa" in one["services"] and "dcl" in one["services"]]
        for one in known:
            spans = json.loads(stack.aos("traces", one["trace_id"], "--json").stdout)
            steps = [span for span in spans if span["name"] == "RunActivity:analyse" and span["start_ns"] > started]
            whole = len(_roots(spans)) == 1 and {span["name"] for span in spans} >= set(PATHS)
            if len(steps) == 2 and whole:
                return list(spans)
        return []

    spans = wait_until(traced, bool, 60)
    by_id = {span["span_id"]: span for span in spans}
    [root] = _roots(spans)
    assert (root["service"], root["parent_id"]) == ("gateway", "")

    def path(span: Any) -> list[str]:
        """Services from the root to a span."""
        above = path(by_id[span["parent_id"]]) if span["parent_id"] in by_id else []
        return above if above and above[-1] == span["service"] else [*above, span["service"]]

    last = {span["name"]: path(span) for span in spans}
    assert {name: last[name] for name in PATHS} == PATHS


def _roots(spans: list[Any]) -> list[Any]:
    """Spans whose parent is not among them."""
    ids = {span["span_id"] for span in spans}
    return [span for span in spans if span["parent_id"] not in ids]


def _stages(seen: Any) -> set[str]:
    return {event["stage"] for event in seen["events"]}


def _watch(stack: Any, client: Client, position: str, heard: list[Any]) -> None:
    """Watch with a connection of its own until the agents are through."""
    with Client(stack.url, tokens=client.transport.tokens) as own:
        for event in itertools.islice(own.flow.follow(position), 200):
            heard.append(event)
            steps = [e["metadata"].get("step", "") for e in heard if e["stage"] == "task_completed"]
            if sum(step.startswith("analyse") for step in steps) == 2:
                return
