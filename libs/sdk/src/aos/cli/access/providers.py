"""`aos identity-providers`."""

from typing import Annotated

import typer

from aos.cli.output import AsJson, by_name, say, show, signed_in, table_of

providers = typer.Typer(help="Sign-on through your own OpenID Connect provider.", no_args_is_help=True)
Many = list[str] | None


@providers.command("list")
def list_providers(as_json: AsJson = False) -> None:
    """List your providers."""
    with signed_in() as client:
        found = client.identity_providers.list()
    rows = [(p["id"], p["name"], p["issuer"], p["start"]) for p in found]
    nothing = "There is none. Add one: aos identity-providers add --help"
    show(found, as_json, lambda: table_of(("id", "name", "issuer", "people begin at"), rows), nothing)


@providers.command()
def add(
    name: Annotated[str, typer.Argument(help="A name for it.")],
    issuer: Annotated[str, typer.Option(help="Its URL, as it writes it itself.")],
    client_id: Annotated[str, typer.Option(help="What this platform is called there.")],
    client_secret: Annotated[
        str, typer.Option(prompt=True, hide_input=True, envvar="AOS_OIDC_CLIENT_SECRET", help="Empty: a public client.")
    ] = "",
    scope: Annotated[Many, typer.Option(help="Besides openid; repeat it.")] = None,
    group_claim: Annotated[str, typer.Option(help="Claim that holds the groups, e.g. groups.")] = "",
    role: Annotated[Many, typer.Option("--map", help="group=role; repeat it.")] = None,
    default_role: Annotated[Many, typer.Option(help="Role of who is in no such group; repeat it.")] = None,
    domain: Annotated[Many, typer.Option(help="Only verified addresses of it; repeat it.")] = None,
) -> None:
    """Add a provider; says what to enter there."""
    pairs = [one.rpartition("=") for one in role or []]
    if not all(sign for _, sign, _ in pairs):
        raise typer.BadParameter("It takes group=role, e.g. staff=viewer.", param_hint="--map")
    settings = {
        "scopes": scope or ["email", "profile"],
        "group_claim": group_claim,
        "role_map": {group: given for group, _, given in pairs},
        "default_roles": default_role or [],
        "domains": domain or [],
    }
    with signed_in() as client:
        made = client.identity_providers.create(name, issuer, client_id, client_secret, **settings)
    say(f"Enter this redirect address at the provider: {made['callback']}")
    say(f"People sign on at: {made['start']}")


@providers.command()
def remove(provider: Annotated[str, typer.Argument(help="Name or id of a provider.")]) -> None:
    """Remove a provider; its users stay and sign on no more."""
    with signed_in() as client:
        client.identity_providers.remove(by_name(client.identity_providers.list(), provider, "provider")["id"])
    say("Removed.")
