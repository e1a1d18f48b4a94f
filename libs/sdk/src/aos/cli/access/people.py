"""`aos users` and `aos invitations`."""

from typing import Annotated, Any

import typer

from aos.cli.output import AsJson, say, show, signed_in, table_of, typed
from aos.client import Client
from aos.errors import AosError

users = typer.Typer(help="The users of your tenant.", no_args_is_help=True)
invitations = typer.Typer(help="Invite further users.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="E-mail address or id of a user.")]
Role = Annotated[list[str], typer.Option("--role", help="owner, admin, operator, viewer or agent; repeat it.")]


def _find(client: Client, wanted: str) -> Any:
    known = list(client.users.list())
    for user in known:
        if wanted.lower() in (user["id"], user["email"]):
            return user
    names = ", ".join(user["email"] for user in known)
    raise AosError("NOT_FOUND", f"There is no user {wanted!r}.", hint=f"There are: {names}.")


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List users in the order they came."""
    with signed_in() as client:
        found = list(client.users.list())
    rows = [(u["email"], ", ".join(u["roles"]), "disabled" if u["disabled"] else "", u["created_at"]) for u in found]
    show(found, as_json, lambda: table_of(("email", "roles", "state", "since"), rows))


@users.command("roles")
def change_roles(who: Who, role: Role) -> None:
    """Give a user other roles."""
    with signed_in() as client:
        user = client.users.change_roles(_find(client, who)["id"], role)
    say(f"{user['email']} is {', '.join(user['roles'])} now.")


@users.command()
def disable(who: Who) -> None:
    """End a user's sessions and let them sign in no more."""
    with signed_in() as client:
        user = client.users.disable(_find(client, who)["id"])
    say(f"{user['email']} cannot sign in any more. Undo it: aos users enable {typed(user['email'])}")


@users.command()
def enable(who: Who) -> None:
    """Let a user sign in again."""
    with signed_in() as client:
        user = client.users.enable(_find(client, who)["id"])
    say(f"{user['email']} can sign in.")


@users.command("end-sessions")
def end_sessions(who: Who) -> None:
    """Sign a user out everywhere."""
    with signed_in() as client:
        ended = client.users.end_sessions(_find(client, who)["id"])
    say(f"{ended} sessions ended.")


@users.command("clear-totp")
def clear_totp(who: Who) -> None:
    """Turn off the second factor of a user who lost it."""
    with signed_in() as client:
        client.users.clear_second_factor(_find(client, who)["id"])
    say("Off. They sign in with their password alone and can turn it on again.")


@users.command()
def remove(who: Who, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove a user."""
    with signed_in() as client:
        user = _find(client, who)
        if not yes:
            typer.confirm(f"Remove {user['email']}?", abort=True)
        client.users.remove(user["id"])
    say("Removed.")


@invitations.command("send")
def send(email: Annotated[str, typer.Argument(help="Whom to invite.")], role: Role) -> None:
    """Invite somebody by e-mail, for seven days."""
    with signed_in() as client:
        made = client.invitations.send(email, role)
    say(f"{made['email']} is invited as {', '.join(made['roles'])} until {made['expires_at'][:10]}.")


@invitations.command("list")
def list_invitations(as_json: AsJson = False) -> None:
    """List the invitations that wait."""
    with signed_in() as client:
        found = list(client.invitations.list())
    rows = [(i["id"], i["email"], ", ".join(i["roles"]), i["expires_at"]) for i in found]
    nothing = "No invitation waits."
    show(found, as_json, lambda: table_of(("id", "email", "roles", "until"), rows), nothing)


@invitations.command()
def withdraw(invitation: Annotated[str, typer.Argument(help="Id of an invitation, or its address.")]) -> None:
    """Withdraw an invitation."""
    with signed_in() as client:
        for found in client.invitations.list():
            if invitation.lower() in (found["id"], found["email"]):
                client.invitations.withdraw(found["id"])
                say("Withdrawn.")
                return
        raise AosError("NOT_FOUND", f"No invitation of {invitation!r} waits.", hint="aos invitations list")


@invitations.command()
def accept(
    ticket: Annotated[str, typer.Argument(help="The ticket from the mail.")],
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="AOS_PASSWORD", help="A password."),
    ],
    url: Annotated[str, typer.Option("--url", help="The platform's address, as the mail says.")] = "",
) -> None:
    """Become a user of the tenant that invited you, and sign in."""
    with signed_in(url) as client:
        user = client.invitations.accept(ticket, password)
    say(f"Signed in as {user['email']} ({', '.join(user['roles'])}) of {user['tenant_name']}.")
