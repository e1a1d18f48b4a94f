from dcl.domain.ontology import Attribute, AttributeType
from dcl.domain.reading.values import read_values


def attribute(kind: AttributeType, **values: tuple[str, ...]) -> Attribute:
    return Attribute("x", kind, "", "", values=values)


def test_enum_when_spelt_by_synonyms_then_each_source_text_is_mapped() -> None:
    stage = attribute(AttributeType.ENUM, won=("closed won", "signed"), lost=("closed lost",))
    reading = read_values(stage, ["Closed Won", "closed-lost", "WON", "Closd Won"])
    observed = {"Closed Won": "won", "closed-lost": "lost", "WON": "won", "Closd Won": "won"}
    assert observed.items() <= dict(reading.transform.values).items()
    assert reading.fit == 1.0


def test_enum_when_a_value_is_unknown_then_fit_falls_and_it_is_named() -> None:
    reading = read_values(attribute(AttributeType.ENUM, low=("low",)), ["Low", "Tangerine"])
    assert reading.fit == 0.5
    assert "Tangerine" in reading.notes[0]


def test_booleans_when_written_in_words_then_both_sets_are_found() -> None:
    reading = read_values(attribute(AttributeType.BOOLEAN), ["Ja", "Nein", "ja", None, "null"])
    assert {"Ja", "ja", "yes"} <= set(reading.transform.true_values)
    assert {"Nein", "no"} <= set(reading.transform.false_values)
    assert reading.fit == 1.0


def test_enum_when_the_sample_lacks_a_value_then_what_sources_call_it_is_read_too() -> None:
    reading = read_values(attribute(AttributeType.ENUM, won=("closed won",), open=("prospecting",)), ["Closed Won"])
    assert reading.transform.values["prospecting"] == "open"


def test_json_when_some_is_broken_then_fit_is_the_rest() -> None:
    assert read_values(attribute(AttributeType.JSON), ['{"a": 1}', "{a}", "NULL"]).fit == 0.5


def test_text_when_anything_then_fits() -> None:
    assert read_values(attribute(AttributeType.STRING), ["1", "x"]).fit == 1.0
