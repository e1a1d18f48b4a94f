import pytest
from aod.domain.column_types import infer_type


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-20", "+3"], "integer"),
        (["1", "2.50", "1e-7"], "decimal"),
        (["1,234.50", "12,000"], "decimal"),
        (["00123", "00124"], "string"),
        (["true", "FALSE"], "boolean"),
        (["Yes", "no"], "boolean"),
        (["0", "1"], "integer"),
        (["2024-01-31", "2024-02-01"], "date"),
        (["10/20/2016", "3/1/2017"], "date"),
        (["2024-09-18 22:00:00", "2024-09-18T22:00:00.123Z"], "timestamp"),
        (["2024-09-18", "2024-09-18 22:00:00+02:00"], "timestamp"),
        (['{"a": 1}', "[1, 2]"], "json"),
        (['{"a": 1}', "{broken"], "string"),
        (["Acme", "1"], "string"),
        ([], "string"),
    ],
)
def test_type_when_inferred_then_it_is_what_the_texts_are_written_in(values: list[str], expected: str) -> None:
    assert infer_type(values) == expected


def test_type_when_a_few_values_are_dirty_then_the_rest_decides() -> None:
    assert infer_type(["5"] * 99 + ["about five"]) == "integer"
    assert infer_type(["5"] * 9 + ["about five"]) == "string"
