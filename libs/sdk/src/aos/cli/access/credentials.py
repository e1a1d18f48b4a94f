"""`aos password` and `aos sessions`."""

from typing import Annotated

import typer

from aos.cli.output import AsJson, say, show, signed_in, table_of

password = typer.Typer(help="Your password.", no_args_is_help=True)
sessions = typer.Typer(help="Where you are signed in.", no_args_is_help=True)
Url = Annotated[str, typer.Option("--url", help="The platform's address.")]
New = Annotated[
    str,
    typer.Option(
        "--new",
        prompt="New password",
        hide_input=True,
        confirmation_prompt=True,
        envvar="AOS_NEW_PASSWORD",
        help="12 characters or more, e.g. a sentence.",
    ),
]


@password.command()
def change(
    current: Annotated[
        str,
        typer.Option(prompt="Current password", hide_input=True, envvar="AOS_PASSWORD", help="Your password as it is."),
    ],
    new: New,
) -> None:
    """Change your password; every other session ends."""
    with signed_in() as client:
        client.password.change(current, new)
    say("Changed. Your other sessions have ended.")


@password.command()
def forgot(email: Annotated[str, typer.Argument(help="Your e-mail address.")], url: Url = "") -> None:
    """Have a reset sent to your address."""
    with signed_in(url) as client:
        client.password.forgot(email)
    say("If somebody signs in with this address, a mail is on its way. It says what to type.")


@password.command()
def reset(ticket: Annotated[str, typer.Argument(help="The ticket from the mail.")], new: New, url: Url = "") -> None:
    """Choose a new password with the ticket from the mail."""
    with signed_in(url) as client:
        client.password.reset(ticket, new)
    say("Changed. Sign in: aos login")


@sessions.command("list")
def list_sessions(as_json: AsJson = False) -> None:
    """List your sessions, the one used last first."""
    with signed_in() as client:
        found = client.sessions.list()
    rows = [(s["id"], "this one" if s["current"] else "", s["used_at"], s["address"], s["user_agent"]) for s in found]
    show(found, as_json, lambda: table_of(("id", "", "last used", "address", "program"), rows))


@sessions.command()
def end(session: Annotated[str, typer.Argument(help="Id of a session.")]) -> None:
    """End one of your sessions."""
    with signed_in() as client:
        client.sessions.end(session)
    say("Ended.")


@sessions.command("end-others")
def end_others() -> None:
    """End every session but this one."""
    with signed_in() as client:
        ended = client.sessions.end_others()
    say(f"{ended} sessions ended.")
