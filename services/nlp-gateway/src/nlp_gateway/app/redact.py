"""`python -m nlp_gateway redact`: the command with its redactor."""

from argparse import Namespace

from nlp_gateway.entrypoints.redaction import command

__all__ = ["add_arguments", "run"]

add_arguments = command.add_arguments


def run(arguments: Namespace) -> int:
    """Redact a file in this process."""
    from nlp_gateway.adapters.redaction.redactors import redact_here  # noqa: PLC0415  the parser needs no models

    return command.run(arguments, redact_here)
