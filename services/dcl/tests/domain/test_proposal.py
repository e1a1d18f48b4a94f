from pathlib import Path

import pytest
from aos_embeddings import MiniLm
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.confidence import Tier
from dcl.domain.matching.model import Column
from dcl.domain.proposal import DataSet, Proposal, propose
from dcl.entrypoints.csv_tables import read_table

ONTOLOGY = load_ontology()


def propose_for(data_set: DataSet, encoder: MiniLm) -> Proposal:
    return propose(data_set, ONTOLOGY, encoder.embed, encoder.words())


def propose_file(path: Path, encoder: MiniLm) -> Proposal:
    return propose_for(DataSet(path.stem, read_table(path).columns), encoder)


def mapped(proposal: Proposal) -> dict[str, str | None]:
    return {field.source: field.attribute for field in proposal.fields}


@pytest.mark.parametrize(
    ("file", "entity", "key", "fields"),
    [
        (
            "accounts",
            "account",
            "account",
            "account:account_name sector:industry year_established:year_established revenue:revenue employees:employees"
            " office_location:office_location subsidiary_of:subsidiary_of",
        ),
        ("products", "product", "product", "product:product_name series:series sales_price:list_price"),
        ("sales_teams", "sales_rep", "sales_agent", "sales_agent:rep_name manager:manager_name regional_office:region"),
        (
            "sales_pipeline",
            "opportunity",
            "opportunity_id",
            "opportunity_id:opportunity_id sales_agent:owner_name product:product_name account:account_name"
            " deal_stage:stage engage_date:engage_date close_date:close_date close_value:amount",
        ),
    ],
)
def test_crm_export_when_proposed_then_every_column_is_mapped_right(
    shared_data: Path, encoder: MiniLm, *, file: str, entity: str, key: str, fields: str
) -> None:
    proposal = propose_file(shared_data / "crm" / f"{file}.csv", encoder)
    assert (proposal.entity, proposal.key, proposal.tier) == (entity, (key,), Tier.AUTO)
    assert mapped(proposal) == dict(item.split(":") for item in fields.split())


def test_pipeline_when_proposed_then_dates_and_stages_are_read_as_written(shared_data: Path, encoder: MiniLm) -> None:
    proposal = propose_file(shared_data / "crm" / "sales_pipeline.csv", encoder)
    transforms = {field.source: field.transform for field in proposal.fields}
    engaged, stage = transforms["engage_date"], transforms["deal_stage"]
    assert engaged is not None
    assert (engaged.kind, engaged.format) == ("date", "%m/%d/%Y")
    assert stage is not None
    observed = {"Engaging": "engaging", "Lost": "lost", "Prospecting": "prospecting", "Won": "won"}
    assert observed.items() <= dict(stage.values).items()


def test_focus_bill_when_proposed_then_every_column_maps_to_itself(shared_data: Path, encoder: MiniLm) -> None:
    proposal = propose_file(shared_data / "focus" / "focus_sample.csv", encoder)
    assert (proposal.entity, proposal.tier, proposal.key) == ("cloud_cost", Tier.AUTO, ())
    assert mapped(proposal) == {field.source: field.source for field in proposal.fields} | {"Id": None}


def test_data_set_when_nothing_fits_then_is_rejected(encoder: MiniLm) -> None:
    columns = (Column("station", values=("A", "B")), Column("humidity", values=("80", "82")))
    proposal = propose_for(DataSet("weather", columns), encoder)
    assert proposal.tier is Tier.REJECT
    assert not any(field.attribute for field in proposal.fields)


def test_dates_when_undecidable_then_the_field_waits_for_a_person(encoder: MiniLm) -> None:
    columns = (
        Column("deal_id", values=("1", "2")),
        Column("amount", values=("10", "20")),
        Column("close_date", values=("03/04/2024", "05/06/2024")),
    )
    proposal = propose_for(DataSet("deals", columns), encoder)
    field = proposal.fields[2]
    assert (field.attribute, field.tier) == ("close_date", Tier.QUEUE)
    assert any("day and month" in reason for reason in field.reasons)


def test_key_when_declared_then_is_kept_and_when_samples_repeat_then_is_none(encoder: MiniLm) -> None:
    columns = (Column("account_name", values=("Acme", "Acme")), Column("industry", values=("a", "b")))
    assert propose_for(DataSet("accounts", columns), encoder).key == ()
    assert propose_for(DataSet("accounts", columns, ("industry",)), encoder).key == ("industry",)
