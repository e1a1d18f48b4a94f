from dcl.adapters.ontology_files import load_ontology
from dcl.domain.documentation import document_table
from dcl.domain.matching.model import Column, Table

FOCUS = ("BilledCost", "BillingAccountId", "RegionId", "SkuId", "ServiceName", "Tags", "ListCost", "ResourceId")


def test_table_when_in_a_standards_form_then_gets_its_documentation() -> None:
    table = Table(
        "bill", (*(Column(name) for name in FOCUS[1:]), Column("BilledCost", description="mine"), Column("extra"))
    )
    documented = {column.name: column for column in document_table(table, load_ontology()).columns}
    assert "geographic region" in (documented["RegionId"].description or "")
    assert "region" in documented["RegionId"].synonyms
    assert documented["BilledCost"].description == "mine"
    assert documented["extra"].description is None


def test_table_when_only_a_few_names_are_shared_then_stays_as_it_is() -> None:
    table = Table("crm", tuple(Column(name) for name in ("revenue", "industry", "website", "foo", "bar")))
    assert document_table(table, load_ontology()) is table
