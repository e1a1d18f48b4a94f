"""`aos provider`: whose model writes answers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aos.cli.output import AsJson, say, show, signed_in, table_of

provider = typer.Typer(help="The language model that writes answers from what they cite.", no_args_is_help=True)


@provider.command("set")
def set_provider(
    kind: Annotated[str, typer.Argument(help="openai, gemini, anthropic or openai_compatible.")],
    model: Annotated[str, typer.Option(help="The model's name at the provider.")],
    key: Annotated[
        str, typer.Option(help="@FILE with the API key, @- reads it from here; the kept one without it.")
    ] = "",
    url: Annotated[str, typer.Option(help="Base address of the API, if it is not the vendor's own.")] = "",
    as_json: AsJson = False,
) -> None:
    """Use a model; the key is sealed and never shown again."""
    secret = _secret(key) if key else None
    with signed_in() as client:
        kept = client.models.set_provider(kind, model, key=secret, url=url)
    if as_json:
        show(kept, as_json, lambda: table_of((), []))
    else:
        say(f"Answers are written by {kept['kind']}:{kept['model']}. Try it: aos provider check")


@provider.command("show")
def show_provider(as_json: AsJson = False) -> None:
    """Show which model writes answers."""
    with signed_in() as client:
        kept = client.models.provider()
    if not kept["configured"] and not as_json:
        say("No provider is configured: answers are written offline.")
        return
    row = (kept["kind"], kept["model"], kept["url"], kept["updated_by"], kept["updated_at"])
    show(kept, as_json, lambda: table_of(("kind", "model", "address", "set by", "at"), [row]))


@provider.command()
def check(as_json: AsJson = False) -> None:
    """Ask the model for one word."""
    with signed_in() as client:
        checked = client.models.check_provider()
    if as_json:
        show(checked, as_json, lambda: table_of((), []))
    elif checked["ok"]:
        say(f"{checked['label']} answered in {checked['seconds']} s.")
    else:
        say(f"{checked['message']} {checked['hint']}")
    if not checked["ok"]:
        raise typer.Exit(1)


@provider.command()
def remove() -> None:
    """Write answers offline again; the key is forgotten."""
    with signed_in() as client:
        client.models.remove_provider()
    say("Answers are written offline.")


def _secret(text: str) -> str:
    if not text.startswith("@"):
        raise typer.BadParameter("A key is read from a file: @FILE, or @- from here.")
    try:
        return (sys.stdin.read() if text == "@-" else Path(text[1:]).expanduser().read_text("utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"The key cannot be read from {text[1:]}: {error}") from error
