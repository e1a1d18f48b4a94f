"""Phone numbers as many countries write them, and numbers that are none; no text takes the rules long."""

import time

import pytest
from nlp_gateway.adapters.redaction.phones import phones
from nlp_gateway.domain.redaction.addresses import addresses, blocks
from nlp_gateway.domain.redaction.identifiers import identifiers
from nlp_gateway.domain.redaction.names import names_in_context
from nlp_gateway.domain.redaction.network import network
from nlp_gateway.domain.redaction.numbers import cards, ibans
from nlp_gateway.domain.redaction.secrets import secrets

SECONDS = 3.0
"""For 6,000 characters, on a machine that is busy; the worst of these took 0.3 s."""
HOSTILE = (
    "1", "1 ", "1-", "(", "(1) ", "a ", "A ", "a.", "A'", "Ab ", "1 Ab ", "a@", ":", "0a:", "AA11 ", "12 rue ", "zip ",
    "corner of ", "address is ", "born on ", "name: ", "key=", "a [at] ", "eyJ", "Mr. A. ", "\n> ",
    "-----BEGIN PRIVATE KEY-----",
)  # fmt: skip


@pytest.mark.parametrize(
    "number",
    [
        "+44 20 7946 0958", "+1-984-182-0190", "+46 (0)8 928 571 38", "+447700 900123", "(415) 555-0132",
        "(415)555-0132", "541-714-1388", "541.714.1388", "01.84.17.61.18", "0490 75 40 81", "60-56-85-91",
        "345-899-3560x4587", "030 1234567", "21 253 109 8211", "0049 30 12345678",
    ],
)  # fmt: skip
def test_phones_when_written_in_a_usual_way_then_found_whole(number):
    text = f"Write or speak to us ({number}) today"
    assert [text[one.start : one.end] for one in phones(text)] == [number]


@pytest.mark.parametrize("number", ["9498777106", "9472 7916", "416 60 039", "451 5986"])
def test_phones_when_a_word_says_so_then_found_in_any_grouping(number):
    text = f"call me on {number}"
    assert [text[one.start : one.end] for one in phones(text)] == [number]
    assert list(phones(f"order {number} was sent")) == []


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23", "23.11.2026", "2015-12-22 04:34:22", "1 234 567", "USD 1,234,567.89", "2024/2025",
        "10.200.30.4/16", "4500012345", "1700000000", "3.14159265", "0192f3b4-7c1e-7a55-9b7e-2f4f5e6d7c8b", "12-34",
        "45 000 000 EUR",
    ],
)  # fmt: skip
def test_phones_when_it_is_another_number_then_left_alone(text):
    assert list(phones(text)) == []


@pytest.mark.parametrize("piece", HOSTILE)
def test_rules_when_a_text_is_made_to_take_long_then_they_do_not(piece):
    text = (piece * 6_000)[:6_000]
    for rule in (phones, cards, ibans, network, identifiers, secrets, names_in_context):
        began = time.process_time()
        list(rule(text))
        assert time.process_time() - began < SECONDS, rule.__name__
    began = time.process_time()
    blocks(text, list(addresses(text)))
    assert time.process_time() - began < SECONDS
