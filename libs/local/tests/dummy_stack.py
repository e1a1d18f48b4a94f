"""Runs a supervisor over shell one-liners: `dummy_stack.py FOLDER '[{"name": …, "script": …, "after": [...]}]'`."""

import asyncio
import json
import os
import sys
from pathlib import Path

from aos_local.processes.process import Launch
from aos_local.stack.component import Component
from aos_local.supervisor import RestartPolicy, Supervisor

folder = Path(sys.argv[1])
POLICY = RestartPolicy(first_delay=0.05, longest_delay=0.2, most=3, window=30)


def component(name: str, script: str, after: list[str], before: str | None = None) -> Component:
    log = folder / f"{name}.log"

    def shell(text: str) -> Launch:
        return Launch(["/bin/sh", "-c", text], dict(os.environ), log, folder)

    return Component(
        name,
        log,
        tuple(after),
        before=(lambda: shell(before)) if before else None,
        launch=lambda: shell(script),
        ready=(folder / f"{name}.ready").exists,
        patience=10,
    )


async def main() -> int:
    components = [component(**described) for described in json.loads(sys.argv[2])]
    return await Supervisor(components, folder / "state.json", policy=POLICY, grace=1).run()


sys.exit(asyncio.run(main()))
