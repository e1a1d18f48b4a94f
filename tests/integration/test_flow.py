"""What happens to records is told live, from the mesh to the agents, through the gateway, to its tenant alone."""

import itertools
import threading
from pathlib import Path
from typing import Any

from aos import Client

from tests.integration.helpers import approve_mappings, connect, run_pipeline, wait_until

ROWS = "account_id,account_name,industry,revenue\n" + "".join(f"{n},Company {n},retail,{n}\n" for n in range(1, 41))


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
