"""`aos mappings`."""

from typing import Annotated, Any

import typer
from rich.table import Table

from aos.cli.output import AsJson, say, show, signed_in, table_of

proposals = typer.Typer(help="Mapping proposals: how columns become attributes.", no_args_is_help=True)
ProposalId = Annotated[str, typer.Argument(help="Id of a proposal.")]


@proposals.command("list")
def list_proposals(state: str = "", as_json: AsJson = False) -> None:
    """List proposals, newest first."""
    with signed_in() as client:
        found = list(client.proposals.list(state))
    rows = [
        (
            p["id"],
            p["connection_name"],
            p["stream"],
            p["entity"],
            p["state"],
            p["tier"],
            f"{p['entity_confidence']:.2f}",
        )
        for p in found
    ]
    columns = ("id", "connection", "stream", "entity", "state", "tier", "confidence")
    show(found, as_json, lambda: table_of(columns, rows), "There is no such proposal.")


@proposals.command("show")
def show_proposal(proposal_id: ProposalId, as_json: AsJson = False) -> None:
    """Show a proposal: every field with its confidence and reasons."""
    with signed_in() as client:
        found = client.proposals.get(proposal_id)
    show(found, as_json, lambda: _fields(found))


def _fields(proposal: Any) -> Table:
    rows = [
        (
            f["source"],
            f["attribute"],
            f"{f['confidence']:.2f}",
            f["tier"],
            f["transform"]["kind"],
            "; ".join(f["reasons"]),
        )
        for f in proposal["fields"]
    ]
    rows += [(column, "(stays in extras)", "", "", "", "") for column in proposal["extras"]]
    title = f"{proposal['stream']} → {proposal['entity'] or 'no entity fits'} ({'; '.join(proposal['reasons'])})"
    return table_of(("column", "attribute", "confidence", "tier", "read as", "reasons"), rows, title)


@proposals.command()
def approve(
    proposal_id: ProposalId, without: Annotated[list[str] | None, typer.Option(help="Attribute to leave out.")] = None
) -> None:
    """Approve a proposal; its mapping comes into force."""
    with signed_in() as client:
        approved = client.proposals.approve(proposal_id, without or [])
    say(f"{approved['stream']} is mapped to {approved['entity']}.")


@proposals.command()
def reject(proposal_id: ProposalId) -> None:
    """Reject a proposal."""
    with signed_in() as client:
        client.proposals.reject(proposal_id)
    say("Rejected.")
