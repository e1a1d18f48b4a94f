"""`python -m identity serve consume work | migrate | rewrap`, and for operators `keys …` and `mail …`."""

import gc
import importlib
import sys
from functools import partial

from aos_common.cli import main

OPERATORS = {"keys": "open_keys", "mail": "open_mail"}
"""Commands that need no server, each with what `identity.app` opens for it."""


def operate(command: str, arguments: list[str]) -> int:
    """Run an operator's command with the settings of the service."""
    gc.disable()  # as for the roles: almost nothing of a start is garbage
    # Loaded here, as the roles are: `migrate` starts without all of it.
    opened = getattr(importlib.import_module("identity.app"), OPERATORS[command])
    settings = importlib.import_module("identity.settings").Settings()
    run = getattr(importlib.import_module(f"identity.entrypoints.{command}_command"), f"{command}_command")
    return int(run(arguments, partial(opened, settings)))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in OPERATORS:
        sys.exit(operate(sys.argv[1], sys.argv[2:]))
    sys.exit(main("identity", sys.argv[1:]))
