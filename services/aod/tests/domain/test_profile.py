import pytest
from aod.domain.profile import looks_keyed, profile_column, sample_rows


def test_profile_when_values_are_given_then_it_counts_and_shows_them() -> None:
    profile = profile_column("stage", ["Won", "Lost", None, "Won"])
    assert (profile.type, profile.null_ratio, profile.distinct) == ("string", 0.25, 2)
    assert (profile.samples, profile.pii) == (("Won", "Lost"), "")


def test_profile_when_there_is_no_row_then_nothing_is_made_up() -> None:
    profile = profile_column("stage", [], "text")
    assert (profile.type, profile.null_ratio, profile.distinct, profile.samples) == ("text", 0.0, 0, ())


def test_profile_when_values_are_long_blank_or_many_then_at_most_five_short_samples() -> None:
    profile = profile_column("note", ["  ", *(f"{number} " + "x" * 400 for number in range(50))])
    assert len(profile.samples) == 5
    assert all(sample.endswith("…") and len(sample) <= 80 for sample in profile.samples)


def test_profile_when_a_column_is_personal_then_its_samples_are_masked() -> None:
    profile = profile_column("email", ["j.doe@example.com", "ann@example.com"])
    assert (profile.pii, profile.samples) == ("email", ("j***@e***.com", "a***@e***.com"))


@pytest.mark.parametrize(
    ("name", "values", "keyed"),
    [
        ("account_id", ["1", "2"], True),
        ("accountId", ["1", "2"], True),
        ("account_id", ["1", "1"], False),
        ("account_id", ["1", None], False),
        ("paid", ["1", "2"], False),
        ("revenue", ["1", "2"], False),
    ],
)
def test_keyed_when_a_column_is_named_like_a_key_then_its_values_decide(
    name: str, values: list[str | None], keyed: bool
) -> None:
    assert looks_keyed([profile_column(name, values)], len(values)) is keyed


def test_sample_when_a_table_is_very_wide_then_fewer_rows_are_looked_at() -> None:
    assert (sample_rows(0), sample_rows(10), sample_rows(1000), sample_rows(100_000)) == (2000, 2000, 400, 100)
