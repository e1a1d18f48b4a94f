import csv
from pathlib import Path

import pytest
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.ontology import OntologyInvalid

ENTITY = """
name: thing
title: Thing
description: A thing
standard: in-house
synonyms: [things]
match_on: []
keys: []
attributes:
  - {name: a, type: TYPE, description: A, standard: in-house}
"""


def test_ontology_when_shipped_then_holds_the_business_entities() -> None:
    names = [entity.name for entity in load_ontology().entities]
    assert names == [
        "account", "cloud_cost", "cloud_resource", "contact", "health", "opportunity", "product", "sales_rep", "usage",
    ]  # fmt: skip


def test_cloud_cost_when_shipped_then_names_every_focus_column(shared_data: Path) -> None:
    with (shared_data / "focus" / "focus_sample.csv").open(encoding="utf-8") as file:
        columns = set(next(csv.reader(file)))
    assert columns - {item.name for item in load_ontology().entity("cloud_cost").attributes} == {"Id"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ENTITY.replace("TYPE", "money"), "unknown type 'money'"),
        (ENTITY.replace("keys: []", "kees: []"), "unknown keys .*kees.*missing keys .*keys"),
        ("[1, 2", "not valid YAML"),
        ("- 1", "expected a mapping"),
    ],
)
def test_file_when_wrong_then_the_file_and_the_problem_are_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "thing.yaml").write_text(text)
    with pytest.raises(OntologyInvalid, match=f"thing.yaml.*{problem}"):
        load_ontology(tmp_path)
