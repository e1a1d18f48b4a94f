"""`aos password`, `aos sessions` and `aos totp`."""

from typing import Annotated

import typer

from aos.cli.output import AsJson, say, show, signed_in, table_of

password = typer.Typer(help="Your password.", no_args_is_help=True)
sessions = typer.Typer(help="Where you are signed in.", no_args_is_help=True)
totp = typer.Typer(help="Codes of an authenticator app as a second factor.", no_args_is_help=True)
Current = Annotated[
    str,
    typer.Option("--password", prompt="Your password", hide_input=True, envvar="AOS_PASSWORD", help="Your password."),
]
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


@totp.command()
def status() -> None:
    """Tell whether your second factor is on."""
    with signed_in() as client:
        state = client.second_factor.state()
    say(f"On; {state['recovery_codes_left']} recovery codes are left." if state["enabled"] else "Off.")


@totp.command()
def on(
    password: Current,
    code: Annotated[str, typer.Option(help="The app's first code; asked for after the secret is shown.")] = "",
) -> None:
    """Turn it on: shows a secret for your app, asks for its first code, and shows recovery codes."""
    with signed_in() as client:
        if not code:
            begun = client.second_factor.begin(password)
            say(f"Enter this secret in your authenticator app: {begun['secret']}")
            say(f"or open: {begun['uri']}")
            code = typer.prompt("The app's code")
        recovery = client.second_factor.confirm(code)
    say("On. Keep these codes where you find them without the app; each signs you in once:")
    for one in recovery:
        say(f"    {one}")


@totp.command()
def off(
    password: Current,
    code: Annotated[str, typer.Option(prompt="Code of your app, or a recovery code", help="A code.")],
) -> None:
    """Turn it off."""
    with signed_in() as client:
        client.second_factor.disable(password, code)
    say("Off.")
