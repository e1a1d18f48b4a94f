from dcl.domain.ontology import Attribute, AttributeType
from dcl.domain.reading.values import read_values


def attribute(kind: AttributeType, **values: tuple[str, ...]) -> Attribute:
    return Attribute("x", kind, "", "", values=values)


def test_enum_when_spelt_by_synonyms_then_each_source_text_is_mapped() -> None:
    stage = attribute(AttributeType.ENUM, won=("closed won", "signed"), lost=("closed lost",))
    reading = read_values(stage, ["Closed Won", "closed-lost", "WON", "Closd Won"])
    assert reading.transform.values == {"Closed Won": "won", "closed-lost": "lost", "WON": "won", "Closd Won": "won"}
    assert reading.fit == 1.0


def test_enum_when_a_value_is_unknown_then_fit_falls_and_it_is_named() -> None:
    reading = read_values(attribute(AttributeType.ENUM, low=("low",)), ["Low", "Tangerine"])
    assert reading.fit == 0.5
    assert "Tangerine" in reading.notes[0]


def test_booleans_when_written_in_words_then_both_sets_are_found() -> None:
    reading = read_values(attribute(AttributeType.BOOLEAN), ["Ja", "Nein", "ja", None, "null"])
    assert (reading.transform.true_values, reading.transform.false_values, reading.fit) == (
        ("Ja", "ja"),
        ("Nein",),
        1.0,
    )


def test_json_when_some_is_broken_then_fit_is_the_rest() -> None:
    assert read_values(attribute(AttributeType.JSON), ['{"a": 1}', "{a}", "NULL"]).fit == 0.5


def test_text_when_anything_then_fits() -> None:
    assert read_values(attribute(AttributeType.STRING), ["1", "x"]).fit == 1.0
