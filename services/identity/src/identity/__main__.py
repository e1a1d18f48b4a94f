"""`python -m identity serve consume work | migrate | keys …`."""

import importlib
import sys
from functools import partial

from aos_common.cli import main


def keys(arguments: list[str]) -> int:
    """Look after the signing keys, without a server."""
    # Loaded here, as the roles are: `migrate` starts without all of it.
    app = importlib.import_module("identity.app")
    settings = importlib.import_module("identity.settings").Settings()
    command = importlib.import_module("identity.entrypoints.keys_command").keys_command
    return int(command(arguments, partial(app.open_keys, settings)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["keys"]:
        sys.exit(keys(sys.argv[2:]))
    sys.exit(main("identity", sys.argv[1:]))
