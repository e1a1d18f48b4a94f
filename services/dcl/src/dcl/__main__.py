"""`python -m dcl serve consume work | migrate | wait | match`."""

import argparse
import os
import sys
from collections.abc import Sequence

from aos_common.cli import COMMANDS
from aos_common.cli import main as serve

from dcl.entrypoints import match_command


def main(argv: Sequence[str] | None = None) -> int:
    """Parses the command line and runs one command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        return serve("dcl", words)
    parser = argparse.ArgumentParser(prog="python -m dcl", description="Unification: mappings, lake, views, lineage.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    match = commands.add_parser("match", help="match the columns of two CSV files, without any server")
    match_command.add_arguments(match)
    match.set_defaults(run=_match)
    arguments = parser.parse_args(words)
    try:
        code: int = arguments.run(arguments)
    except BrokenPipeError:
        # Whoever read our output (`| head`) has enough; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _match(arguments: argparse.Namespace) -> int:
    return match_command.run(arguments, _match_tools)


def _match_tools() -> match_command.MatchTools:
    from aos_embeddings import MiniLm  # noqa: PLC0415 - the model loads only after the input proved usable

    from dcl.adapters.ontology_files import load_ontology  # noqa: PLC0415 - as above

    encoder = MiniLm()
    return match_command.MatchTools(encoder.embed, encoder.words, load_ontology())


if __name__ == "__main__":
    sys.exit(main())
