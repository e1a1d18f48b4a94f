"""`python -m nlp_gateway serve consume work | migrate | rewrap`, and commands that need no server."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from aos_common.cli import main as serve

COMMANDS = {
    "classify": "labels texts by examples, and says which are like none of them",
    "redact": "texts without their personal data",
    "retrieve": "the best documents of a corpus for each query",
}
"""Each is a module of `nlp_gateway.app` with `add_arguments(parser)` and `run(arguments)`, loaded when asked for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line and run one command; return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in COMMANDS:
        return serve("nlp_gateway", words)
    command = importlib.import_module(f"nlp_gateway.app.{words[0]}")
    parser = argparse.ArgumentParser(prog=f"python -m nlp_gateway {words[0]}", description=COMMANDS[words[0]])
    command.add_arguments(parser)
    try:
        code: int = command.run(parser.parse_args(words[1:]))
    except BrokenPipeError:
        # Whoever read our output (`| head`) has enough; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
