"""`aos service-accounts` and `aos keys`."""

from typing import Annotated, Any

import typer

from aos.cli.output import AsJson, by_name, say, show, signed_in, table_of
from aos.client import Client
from aos.errors import AosError

service_accounts = typer.Typer(help="Programs that work for your tenant.", no_args_is_help=True)
keys = typer.Typer(help="API keys of service accounts.", no_args_is_help=True)
Account = Annotated[str, typer.Argument(help="Name or id of a service account.")]


def _find(client: Client, wanted: str) -> Any:
    return by_name(client.service_accounts.list(), wanted, "service account")


@service_accounts.command()
def create(
    name: Annotated[str, typer.Argument(help="A name, e.g. nightly-export.")],
    role: Annotated[list[str], typer.Option("--role", help="What it may do, at most what you may; repeat it.")],
) -> None:
    """Create a service account."""
    with signed_in() as client:
        made = client.service_accounts.create(name, role)
    say(f"{made['name']} is {', '.join(made['roles'])}. Give it a key: aos keys create {made['id']}")


@service_accounts.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """List service accounts."""
    with signed_in() as client:
        found = client.service_accounts.list()
    rows = [(a["id"], a["name"], ", ".join(a["roles"]), len(a["keys"]), a["created_at"]) for a in found]
    nothing = "There is no service account yet."
    show(found, as_json, lambda: table_of(("id", "name", "roles", "keys", "since"), rows), nothing)


@service_accounts.command()
def remove(account: Account, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove a service account with its keys."""
    with signed_in() as client:
        found = _find(client, account)
        if not yes:
            typer.confirm(f"Remove {found['name']} and its {len(found['keys'])} keys?", abort=True)
        client.service_accounts.remove(found["id"])
    say("Removed.")


@keys.command("create")
def create_key(
    account: Account,
    name: Annotated[str, typer.Option(help="A name for the key.")] = "key",
    days: Annotated[int, typer.Option(min=0, max=730, help="Days until it expires; 0: when it is revoked.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Create a key and show it, this once."""
    with signed_in() as client:
        made = client.service_accounts.create_key(_find(client, account)["id"], name, days or None)
    if as_json:
        show(made, True, lambda: table_of((), ()))
        return
    say(made["key"])
    say("Nobody can read it again. A program uses it so: AOS_API_KEY=… aos views list, or aos.Client(url, api_key=…)")


@keys.command("list")
def list_keys(account: Account, as_json: AsJson = False) -> None:
    """List the keys of a service account."""
    with signed_in() as client:
        found = _find(client, account)["keys"]
    rows = [(k["id"], k["name"], k["expires_at"] or "when revoked", k["used_at"] or "never") for k in found]
    show(found, as_json, lambda: table_of(("id", "name", "expires", "last used"), rows), "It has no key.")


@keys.command()
def revoke(account: Account, key: Annotated[str, typer.Argument(help="Name or id of a key.")]) -> None:
    """Revoke a key."""
    with signed_in() as client:
        found = _find(client, account)
        matching = [one["id"] for one in found["keys"] if key in (one["id"], one["name"])]
        if len(matching) != 1:
            said = "no key" if not matching else f"{len(matching)} keys"
            raise AosError("NOT_FOUND", f"{found['name']} has {said} {key!r}.", hint="aos keys list shows their ids.")
        client.service_accounts.revoke_key(found["id"], matching[0])
    say("Revoked.")
