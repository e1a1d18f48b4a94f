import pytest
from aos_embeddings import MiniLm
from dcl.domain.matching.data_set_names import name_similarity

KNOWN = ("opportunity", "opportunities", "deals", "sales_pipeline")


@pytest.mark.parametrize("name", ["deals", "Deal", "salesPipeline", "crm.public.opportunities", "exports/opps"])
def test_name_when_known_in_some_spelling_then_is_the_same(encoder: MiniLm, name: str) -> None:
    assert name_similarity(name, KNOWN, encoder.embed) == 1.0


def test_name_when_it_holds_a_known_one_then_is_near_and_when_unrelated_then_far(encoder: MiniLm) -> None:
    assert 0.6 < name_similarity("hubspot_deals_2024", KNOWN, encoder.embed) < 1
    assert name_similarity("weather_stations", KNOWN, encoder.embed) < 0.3
    assert name_similarity("", KNOWN, encoder.embed) == 0
