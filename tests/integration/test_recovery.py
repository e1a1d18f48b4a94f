"""kill -9 of any process in the middle of a run: the run completes, and the views hold the same content."""

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from aos import AosError

from tests.integration.helpers import ENDED, approve_mappings, connect, hashes, run_pipeline, wait_until

ROWS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough rows that a run takes seconds; the same for every tenant."""
    rng = random.Random(3)
    folder = tmp_path_factory.mktemp("large")
    stages = ("Won", "Lost", "Engaging")
    with (folder / "deals.csv").open("w") as file:
        file.write("deal_id,account_name,stage,amount,close_date\n")
        for n in range(ROWS):
            file.write(
                f"D{n},Account {n % 700},{rng.choice(stages)},{rng.randrange(10**7) / 100},2026-0{n % 9 + 1}-11\n"
            )
    with (folder / "accounts.csv").open("w") as file:
        file.write("account_id,account_name,industry\n")
        file.writelines(f"A{n},Account {n},retail\n" for n in range(700))
    return folder


@pytest.fixture(scope="module")
def expected(stack: Any, folder: Path) -> dict[str, str]:
    """The content of an undisturbed run."""
    client = stack.sign_up()
    connection = connect(client, str(folder), "large")
    approve_mappings(client, connection["id"])
    run = run_pipeline(client)
    assert run["state"] == "succeeded", run
    found = hashes(client)
    assert set(found) == {"account", "opportunity"}
    return found


@pytest.mark.parametrize("name", ["aam", "dcl", "aoa", "valkey"])
@pytest.mark.parametrize("after", [0.4, 1.6])
def test_pipeline_when_a_process_is_killed_then_the_run_completes_with_the_same_content(
    stack: Any, folder: Path, expected: dict[str, str], name: str, after: float
) -> None:
    client = stack.sign_up()
    connection = connect(client, str(folder), "large")
    approve_mappings(client, connection["id"])
    asked = client.runs.start()
    time.sleep(after)
    victim = stack.process(name)
    victim.send_signal(signal.SIGKILL)
    component = lambda: stack.platform.state().components[name]  # noqa: E731  # read anew each time
    wait_until(component, lambda c: c.process and c.process.pid != victim.pid and c.status == "ready")
    run = wait_until(lambda: _run(client, asked["id"]), lambda found: found and found["state"] in ENDED, 180)
    assert run["state"] == "succeeded", run
    assert hashes(client) == expected


def _run(client: Any, run_id: str) -> Any:
    """Return the run, or None while the service that knows it comes back."""
    try:
        return client.runs.get(run_id)
    except AosError as error:
        if error.status in (0, 503, 504):
            return None
        raise
