"""What the journeys share."""

import json
import time
from collections.abc import Callable
from typing import Any

from aos import Client

ENDED = ("succeeded", "failed", "cancelled")


def wait_until(fetch: Callable[[], Any], done: Callable[[Any], bool], seconds: float = 90) -> Any:
    """Poll until `done`; fail with the last answer when it takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = fetch()
        if done(answer):
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not done after {seconds} s: {fetch()}")


def mailed_ticket(stack: Any, email: str) -> str:
    """Return the ticket in the newest mail to somebody, as the machine's operator sees it."""
    shown = stack.aos("mail", "--to", email, "--json")
    assert shown.returncode == 0, shown.stderr
    body = json.loads(shown.stdout)[0]["body"]
    return str(next(word for word in body.split() if word.count(".") == 2 and len(word) > 80))


def hashes(client: Client) -> dict[str, str]:
    """Return the content hash of every view that has rows."""
    return {view["name"]: client.views.hash(view["name"])["hash"] for view in client.views.list() if view["rows"]}


def run_pipeline(client: Client, seconds: float = 180) -> Any:
    """Run the pipeline to its end."""
    asked = client.runs.start()
    return wait_until(lambda: client.runs.get(asked["id"]), lambda run: run["state"] in ENDED, seconds)


def connect(client: Client, location: str, name: str) -> Any:
    """Scan a place, approve the finding and wait for its connection."""
    asked = client.discovery.scan(location, name)
    scan = wait_until(lambda: client.discovery.get_scan(asked["id"]), lambda s: s["state"] in ("succeeded", "failed"))
    assert scan["state"] == "succeeded", scan["error"]
    approved = client.discovery.approve(scan["finding_id"])
    return settled(client, approved["connection_id"])


def settled(client: Client, connection_id: str) -> Any:
    """Wait until a connection's streams have been looked at."""
    return wait_until(
        lambda: client.connections.get(connection_id),
        lambda c: c["state"] == "FAILED" or (c["state"] == "ACTIVE" and c["streams"]),
    )


def approve_mappings(client: Client, connection_id: str) -> None:
    """Approve every pending proposal of a connection and wait until its streams know."""
    for proposal in list(client.proposals.list("pending", connection_id)):
        client.proposals.approve(proposal["id"])
    wait_until(
        lambda: client.connections.get(connection_id),
        lambda c: all(s["state"] != "needs_mapping" for s in c["streams"]),
    )


def sync(client: Client, connection_id: str, seconds: float = 120) -> Any:
    """Sync a connection to its end."""
    asked = client.connections.sync(connection_id)
    return wait_until(lambda: client.connections.sync_run(asked["id"]), lambda run: run["state"] in ENDED, seconds)
