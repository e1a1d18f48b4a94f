import pytest
from aod.domain.personal.columns import mask, personal_kind
from aod.domain.personal.numbers import CARD_FIRST, find_iban, luhn
from aod.domain.personal.texts import mask_text
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text(st.characters(categories=["L", "Zs"]), max_size=12)
LOCAL = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="._+-'\""), min_size=2)
DOMAIN = st.from_regex(r"[a-z][a-z0-9-]{1,10}(\.[a-z]{2,6}){1,2}", fullmatch=True)


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A card number, in one piece or in groups of four."""
    body = draw(st.sampled_from(sorted(CARD_FIRST))) + draw(st.text("0123456789", min_size=11, max_size=17))
    number = next(body + check for check in "0123456789" if luhn(body + check))
    separator = draw(st.sampled_from(["", " ", "-", "."]))
    return separator.join(number[place : place + 4] for place in range(0, len(number), 4))


@given(WORDS, LOCAL, DOMAIN, WORDS)
def test_mask_when_a_text_holds_an_email_then_it_does_not_survive(
    before: str, local: str, domain: str, end: str
) -> None:
    masked = mask_text(f"{before} {local}@{domain} {end}")
    assert f"{local}@{domain}" not in masked
    assert domain not in masked


@given(WORDS, cards(), WORDS)
def test_mask_when_a_text_holds_a_card_then_only_its_last_digits_survive(before: str, card: str, end: str) -> None:
    masked = mask_text(f"{before}{card}{end}")
    assert card not in masked
    assert sum(character.isdecimal() for character in masked) <= 4


@given(st.text(), st.sampled_from(["", "email", "card", "iban", "phone", "national_id", "person_name", "address"]))
def test_mask_when_any_text_then_it_ends_and_never_fails(text: str, kind: str) -> None:
    assert isinstance(mask(text, kind), str)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("john.doe@example.com", "j***@e***.com"),
        ("<a@b.co>, x.y@mail.example.org", "<a***@b***.co>, x***@m***.org"),
        ("card 4111 1111 1111 1111.", "card **** **** **** 1111."),
        ("1 2 3 4111-1111-1111-1111", "1 2 3 ****-****-****-1111"),
        ("pay DE89 3704 0044 0532 0130 00 now", "pay DE** **** **** **** **** 00 now"),
        ("GB29NWBK60161331926819", "GB******************19"),
        ("call +49 30 1234567", "call +** ** *****67"),
        ("ssn 123-45-6789", "ssn ***-**-**89"),
        ("2024-01-02 22:00:00", "2024-01-02 22:00:00"),
        ("10.20.30.40", "10.20.30.40"),
        ("0.4111111111111111", "0.4111111111111111"),
        ("1234567890123", "1234567890123"),
    ],
)
def test_mask_when_a_text_then_personal_data_goes_and_the_format_stays(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("contact", ["j.doe@example.com", None, "n/a"], "email"),
        ("remarks", ["asked to write to j.doe@example.com"], "email"),
        ("Phone Number", ["5550147", "5550148"], "phone"),
        ("line", ["+1 212 555 0147", "(212) 555-0148"], "phone"),
        ("when", ["2024-01-02", "2024-01-03"], ""),
        ("number", ["4111111111111111", "5500005555555559"], "card"),
        ("account_ref", ["DE89370400440532013000"], "iban"),
        ("id_code", ["123-45-6789"], "national_id"),
        ("passport_no", ["C01X00T47"], "national_id"),
        ("firstName", ["Ann"], "person_name"),
        ("sales_agent", ["Moses Frase", "Zane Levy"], "person_name"),
        ("manager", ["7", "8"], ""),
        ("account_name", ["Acme Corporation"], ""),
        ("name", ["Ann Lee", "Bo Chan"], "person_name"),
        ("product_name", ["GTX Pro"], ""),
        ("date_of_birth", ["1990-01-02"], "birth_date"),
        ("billing_street", ["1 Main St"], "address"),
        ("email_opt_in", ["true", "false"], ""),
        ("email", [], ""),
    ],
)
def test_kind_when_a_column_is_judged_then_name_and_values_decide(
    name: str, values: list[str | None], kind: str
) -> None:
    assert personal_kind(name, [value for value in values if value is not None]) == kind


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("Moses Frase", "person_name", "M*** F***"),
        ("12 Main Street", "address", "1*** M*** S***"),
        ("5550147", "phone", "*****47"),
        ("1990-01-02", "birth_date", "****-**-**"),
        ("C01X00T47", "national_id", "*******47"),
        ("j.doe at example", "email", "j*** a*** e***"),
        ("7", "national_id", "*"),
    ],
)
def test_mask_when_the_kind_is_known_then_the_whole_value_is_masked(value: str, kind: str, shown: str) -> None:
    assert mask(value, kind) == shown


def test_iban_when_the_country_is_unknown_or_the_length_wrong_then_it_is_none() -> None:
    assert find_iban("XX89370400440532013000") is None
    assert find_iban("DE8937040044053201300") is None
    assert find_iban("DE89370400440532013000A") is None
