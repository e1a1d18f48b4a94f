"""What the rules find in texts, and what they leave alone."""

import pytest
from nlp_gateway.domain.redaction.addresses import ADDRESS, PLACE, addresses, blocks
from nlp_gateway.domain.redaction.found import Found
from nlp_gateway.domain.redaction.identifiers import identifiers
from nlp_gateway.domain.redaction.names import names_again, names_in_context
from nlp_gateway.domain.redaction.network import network
from nlp_gateway.domain.redaction.numbers import cards, ibans, luhn
from nlp_gateway.domain.redaction.secrets import secrets


def _shown(find, text: str) -> list[str]:
    return [text[one.start : one.end] for one in find(text)]


@pytest.mark.parametrize(
    "number",
    ["4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "6011 0009 9013 9424", "5555.5555.5555.4444"],
)
def test_cards_when_the_digits_check_then_found_with_any_separator(number):
    assert _shown(cards, f"Charged to {number} yesterday") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 4111 1111 1111 1112 paid",
        "at 1700000000000 ms",
        "0.4111111111111111",
        "rows 1234567890123",
        "0000000000000000",
    ],
)
def test_cards_when_the_digits_do_not_check_then_left_alone(text):
    assert _shown(cards, text) == []


def test_cards_when_twelve_digits_stand_beside_the_word_then_found():
    assert _shown(cards, "my maestro card 501864667909 is lost") == ["501864667909"]


def test_luhn_when_a_digit_changes_then_false():
    assert luhn("79927398713")
    assert not luhn("79927398710")


@pytest.mark.parametrize(
    "number", ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "fr1420041010050500013m02606"]
)
def test_ibans_when_they_check_then_found_in_any_spacing(number):
    assert _shown(ibans, f"Wire it to {number} today") == [number]


def test_ibans_when_the_check_fails_then_found_only_beside_the_word():
    assert _shown(ibans, "Ref DE89370400440532013001 sent") == []
    assert _shown(ibans, "IBAN: DE89370400440532013001") == ["DE89370400440532013001"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("id AKIAIOSFODNN7EXAMPLE here", "AKIAIOSFODNN7EXAMPLE"),
        ("ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
        ("xoxb-123456789012-abcdefGHIJ", "xoxb-123456789012-abcdefGHIJ"),
        ("AIza" + "Sy1_" * 9, "AIza" + "Sy1_" * 9),
        ("Authorization: Bearer abc123def456ghi789", "abc123def456ghi789"),
        ("postgresql://app:s3cr3t@db/crm", "s3cr3t"),
        ("password = hunter2", "hunter2"),
        ('{"client_secret": "8f-x91.Qq"}', "8f-x91.Qq"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature"),
        ("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY end", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ],
)
def test_secrets_when_a_key_or_password_stands_in_a_text_then_found(text, secret):
    assert secret in _shown(secrets, text)


def test_secrets_when_a_private_key_spans_lines_then_found_whole():
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----"
    assert _shown(secrets, f"see\n{key}\nend") == [key]


@pytest.mark.parametrize(
    "text",
    [
        "password=${DB_PASSWORD}", "--set client_secret=@secret.txt", "the token expires soon", "token: string",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "services/nlp-gateway/src/nlp_gateway/app",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "basic authentication is refused",
    ],
)  # fmt: skip
def test_secrets_when_nothing_is_given_away_then_left_alone(text):
    assert _shown(secrets, text) == []


def test_network_when_addresses_stand_in_a_text_then_found():
    text = (
        "ann.o'neil@mail.acme.co.uk, bob [at] acme [dot] org, 41.173.96.26, 2001:db8::8a2e:370:7334, 00:1B:44:11:3a:b7"
    )
    assert sorted(_shown(network, text)) == sorted(text.split(", "))


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8080", "version 1.2.3.4.5", "10.20.0.0/16", "at 12:34:56", "user@host", "a::b", "::"]
)
def test_network_when_it_is_nobodys_address_then_left_alone(text):
    assert _shown(network, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SSN 460-89-9847", "460-89-9847"),
        ("NI number AB 12 34 56 C", "AB 12 34 56 C"),
        ("my driver's license number is 2270-66-1551", "2270-66-1551"),
        ("Passport no: X1234567", "X1234567"),
        ("account number 12345678", "12345678"),
        ("born on 7/5/1981", "7/5/1981"),
        ("DOB: 12 March 1975", "12 March 1975"),
    ],
)
def test_identifiers_when_form_or_words_say_so_then_found(text, value):
    assert value in _shown(identifiers, text)


@pytest.mark.parametrize(
    "text", ["order 12345678", "due on 7/5/2026", "account managers", "tax identification rules", "2026-11-23"]
)
def test_identifiers_when_nothing_says_so_then_left_alone(text):
    assert _shown(identifiers, text) == []


@pytest.mark.parametrize(
    "address",
    [
        "12 Baker Street", "1600 Pennsylvania Ave.", "350 5th Avenue", "Hauptstraße 5", "Mellemvej 32", "ul. Miła 53",
        "12 rue de la Paix", "Via Garibaldi 4", "Calle Mayor 10", "P.O. Box 242", "PSC 1437, Box 3833", "Suite 321",
        "Hauptstr. 12", "SW1A 1AA", "K1A 0B1", "CA 94105-1234", "Villacher Strasse 89", "450 Præstevænget 15",
    ],
)  # fmt: skip
def test_addresses_when_written_as_in_many_countries_then_found(address):
    text = f"Send it to {address}, please"
    assert any(address in text[one.start : one.end] for one in addresses(text))


@pytest.mark.parametrize(
    "text",
    [
        "During 1971 revenue grew", "in 2025 and 2026", "12 of 30 deals", "USD 5,400 a month", "Q3 2026", "3 way match",
        "Monitoring 24 hours", "top 10 accounts by revenue", "the unit price is 12", "Room for 3 more",
    ],
)  # fmt: skip
def test_addresses_when_numbers_mean_something_else_then_left_alone(text):
    assert blocks(text, list(addresses(text))) == []


def test_blocks_when_town_and_code_follow_then_one_span():
    text = "Visit 12 Baker Street\nLONDON\nUnited Kingdom 75419 soon"
    found = [*addresses(text)]
    whole = blocks(text, [*found, *(one for one in [_place(text, "LONDON"), _place(text, "United Kingdom")])])
    assert [text[one.start : one.end] for one in whole] == ["12 Baker Street\nLONDON\nUnited Kingdom 75419"]
    assert whole[0].kind == ADDRESS


def test_blocks_when_inside_another_name_then_nothing():
    text = "EC2 in us-east-1a ran 744 hours"
    assert blocks(text, [Found(text.index("-east"), text.index(" ran"), ADDRESS, 0.9)]) == []
    assert blocks(text, [Found(text.index("east"), text.index(" ran"), ADDRESS, 0.9)]) == []


def test_blocks_when_only_a_town_is_named_then_nothing():
    text = "We moved here from Kenosha"
    assert blocks(text, [_place(text, "Kenosha")]) == []


def _place(text: str, name: str):
    return Found(text.index(name), text.index(name) + len(name), PLACE, 0.9)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dr. Wells, see below", "Wells"), ("My name is Rubija", "Rubija"), ("Name: Åsa Laine", "Åsa Laine"),
        ("Hi Freddy, I'm writing", "Freddy"), ("says Hartvigsson.", "Hartvigsson"),
        ("approved by Abby M. Laidlaw", "Abby M. Laidlaw"),
    ],
)  # fmt: skip
def test_names_when_the_words_around_give_them_away_then_found(text, name):
    assert name in _shown(names_in_context, text)


@pytest.mark.parametrize(
    "text", ["Dear Customer, hello", "Hello World Bank", "by Acme Systems Inc", "Thanks, everyone", "From: Finance"]
)
def test_names_when_nobody_is_meant_then_left_alone(text):
    assert [name for name in _shown(names_in_context, text) if name not in {"World"}] == []


def test_names_again_when_only_the_surname_follows_then_found():
    text = "Maciej Borkowski directs; starring Borkowski."
    again = names_again(text, [Found(0, 16, "PERSON", 0.9)])
    assert [text[one.start : one.end] for one in again] == ["Maciej", "Borkowski", "Borkowski"]
