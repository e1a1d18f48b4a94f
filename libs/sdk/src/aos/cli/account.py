"""`aos register | login | logout | whoami`."""

import sys
from typing import Annotated

import typer

from aos.cli.output import say, signed_in
from aos.errors import AosError

Url = Annotated[str, typer.Option("--url", help="The platform's address, e.g. http://127.0.0.1:8080.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, envvar="AOS_PASSWORD", help="Your password.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("register")(create_tenant)
    for command in (login, logout, whoami):
        app.command()(command)


def create_tenant(
    tenant: Annotated[str, typer.Option(prompt=True, help="Your company's name.")],
    email: Annotated[str, typer.Option(prompt=True, help="Your e-mail address.")],
    password: Password,
    url: Url = "",
) -> None:
    """Create a tenant and its first user, and sign in."""
    with signed_in(url) as client:
        user = client.register(tenant, email, password)
    say(f"Signed in as {user['email']}, owner of {user['tenant_name']}.")


def login(
    email: Annotated[str, typer.Option(prompt=True, help="Your e-mail address.")],
    password: Password,
    url: Url = "",
    code: Annotated[str, typer.Option(help="A code of your second factor; asked for where it is needed.")] = "",
) -> None:
    """Sign in; the session is kept for the next commands."""
    with signed_in(url) as client:
        try:
            client.sign_in(email, password, code)
        except AosError as error:
            if error.reason != "TOTP_REQUIRED" or code or not sys.stdin.isatty():
                raise
            client.sign_in(email, password, typer.prompt("Code of your app, or a recovery code"))
        say(f"Signed in as {client.me()['email']}.")


def logout() -> None:
    """End the session."""
    with signed_in() as client:
        client.sign_out()
    say("Signed out.")


def whoami() -> None:
    """Show who is signed in."""
    with signed_in() as client:
        me = client.me()
    say(f"{me.get('name') or me['email']} ({', '.join(me['roles'])}) of {me['tenant_name']}")
