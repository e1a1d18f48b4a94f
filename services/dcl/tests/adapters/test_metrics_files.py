"""The files of metrics: what is shipped loads, and what breaks a rule is refused with the rule."""

from pathlib import Path

import pytest
from dcl.adapters.metrics_files import load_metrics
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.metrics.model import MetricsInvalid

ONTOLOGY = load_ontology()
GOOD = """
view: product
connect: a price list
unit_column: currency
dimensions:
  - {name: series, title: series, column: series}
metrics:
  - name: products
    title: products
    description: Products.
    measure: {op: count}
    unit: products
    personas: [cro]
"""


def test_shipped_metrics_when_loaded_then_all_are_valid_and_every_view_has_some() -> None:
    metrics = load_metrics(ONTOLOGY)
    assert len(metrics.all) >= 40
    assert {metric.view for metric in metrics.all} == {entity.name for entity in ONTOLOGY.entities}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("view: product", "view: nonsense", "no entity"),
        ("column: series}", "column: nonsense}", "no column 'nonsense'"),
        ("{op: count}", "{op: median}", "no measure 'median'"),
        ("{op: count}", "{op: sum, column: product_name}", "needs a number"),
        ("{op: count}", "{op: count, filters: [[nonsense, is_null]]}", "no column 'nonsense'"),
        ("{op: count}", "{op: count, filters: [[series, like, x]]}", "no operator 'like'"),
        ("personas: [cro]", "personas: [pope]", "personas are"),
        ("personas: [cro]", "personas: [cro]\n    time: product_name", "no date"),
        ("personas: [cro]", "personas: [cro]\n    colour: red", "unknown keys"),
        ("personas: [cro]", "personas: [cro]\n    combine: percent", "two figures"),
        ("title: products\n", "title: products\n    synonyms: [products]\n", "occurs 2 times"),
        ("metrics:", "metrics: [", "not valid YAML"),
    ],
)
def test_metrics_when_a_file_breaks_a_rule_then_the_rule_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) >= 1
    (tmp_path / "product.yaml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(MetricsInvalid, match=said):
        load_metrics(ONTOLOGY, tmp_path)
