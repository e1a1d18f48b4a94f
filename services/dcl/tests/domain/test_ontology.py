from dataclasses import replace

import pytest
from dcl.domain.ontology import Attribute, AttributeType, Entity, EntityUnknown, OntologyInvalid, build_ontology

NAME = Attribute("thing_name", AttributeType.STRING, "Name", "in-house")
THING = Entity("thing", "Thing", "A thing", "in-house", ("things",), ("thing_name",), (("thing_name",),), (NAME,))


@pytest.mark.parametrize(
    ("entity", "problem"),
    [
        (replace(THING, attributes=(NAME, NAME)), "'thing_name' occurs 2 times"),
        (replace(THING, match_on=("nothing",)), "'nothing', which is no attribute"),
        (replace(THING, keys=(("nothing",),)), "'nothing', which is no attribute"),
        (
            replace(THING, attributes=(replace(NAME, references="thing.nothing"),)),
            "'thing.nothing', which does not exist",
        ),
        (replace(THING, attributes=(replace(NAME, references="other.id"),)), "'other.id', which does not exist"),
        (replace(THING, attributes=(replace(NAME, type=AttributeType.ENUM),)), "an enum needs `values`"),
        (replace(THING, attributes=(replace(NAME, values={"a": ("a",)}),)), "an enum needs `values`"),
        (
            replace(THING, attributes=(replace(NAME, type=AttributeType.ENUM, values={"a": ("x",), "b": ("X",)}),)),
            "spelling of a value 'x' occurs 2 times",
        ),
    ],
)
def test_ontology_when_a_rule_is_broken_then_the_place_is_named(entity: Entity, problem: str) -> None:
    with pytest.raises(OntologyInvalid, match=problem):
        build_ontology([entity])


def test_ontology_when_an_entity_occurs_twice_then_is_refused() -> None:
    with pytest.raises(OntologyInvalid, match="entity 'thing' occurs 2 times"):
        build_ontology([THING, THING])


def test_entity_when_unknown_then_the_known_ones_are_named() -> None:
    with pytest.raises(EntityUnknown) as raised:
        build_ontology([THING]).entity("nothing")
    assert "thing" in raised.value.hint
