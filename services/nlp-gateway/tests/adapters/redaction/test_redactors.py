"""The redactor in its process, and how much of labelled texts it finds."""

import asyncio
import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from nlp_gateway.adapters.redaction.redactors import MAX_CHARACTERS, ChildRedactor, redact_here
from nlp_gateway.domain.redaction.errors import RedactionUnavailable, TextTooLong

LABELLED = next(
    folder.parent / "shared/data/nlp/pii_dev.json.gz"
    for folder in Path(__file__).resolve().parents
    if (folder / "pyproject.toml").exists() and (folder / "proto").exists()
)
SENTENCES = int(os.environ.get("AOS_PII_SENTENCES", "150"))
"""Of 500; all of them take 10 s."""
GROUPS = {
    "person": {"PERSON"},
    "address": {"STREET_ADDRESS"},
    "structured": {
        "CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "US_DRIVER_LICENSE",
    },
}  # fmt: skip


@pytest.fixture
async def redactor():
    made = ChildRedactor()
    yield made
    await made.close()


async def test_redact_when_texts_hold_personal_data_then_it_is_replaced_in_their_order(redactor):
    first, second, third = await redactor.redact(
        ["Call Ann Smith on +44 20 7946 0958.", "Revenue grew 12.5 % to USD 1,234,567 in Q3 2026.", ""]
    )
    assert first.text == "Call <PERSON> on <PHONE_NUMBER>."
    assert [(span.start, span.end) for span in first.spans] == [(5, 14), (18, 34)]
    assert second.text == "Revenue grew 12.5 % to USD 1,234,567 in Q3 2026."
    assert third.text == ""
    hidden = (await redactor.redact(["card 4111\u200b1111\u20601111 1111 of Ann"]))[0]
    assert "4111" not in hidden.text
    assert "1111" not in hidden.text


async def test_redact_when_its_process_is_killed_then_that_call_fails_and_the_next_works(redactor):
    assert "<EMAIL_ADDRESS>" in (await redactor.redact(["mail ann@example.com"]))[0].text
    waiting = asyncio.ensure_future(redactor.redact(["Ann lives at 12 Baker Street. " * 2000]))
    await asyncio.sleep(0.5)
    os.kill(redactor._child.pid, 9)
    with pytest.raises(RedactionUnavailable) as refused:
        await waiting
    assert refused.value.hint
    assert "<EMAIL_ADDRESS>" in (await redactor.redact(["mail ann@example.com"]))[0].text


async def test_redact_when_a_text_is_too_long_then_refused_by_name(redactor):
    with pytest.raises(TextTooLong):
        await redactor.redact(["x" * (MAX_CHARACTERS + 1)])


def test_redact_when_texts_are_labelled_then_nearly_all_is_found_and_little_else():
    labelled = json.loads(gzip.decompress(LABELLED.read_bytes()))[:SENTENCES]
    wanted: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    spans = right = 0
    for text in labelled:
        found = redact_here(text["full_text"]).spans
        gold = [(span["start_position"], span["end_position"], span["entity_type"]) for span in text["spans"]]
        for group, kinds in GROUPS.items():
            for start, end, kind in gold:
                if kind in kinds:
                    wanted[group] += 1
                    hit[group] += any(one.start < end and start < one.end for one in found)
        spans += len(found)
        right += sum(any(one.start < end and start < one.end for start, end, _ in gold) for one in found)
    assert hit["structured"] >= 0.99 * wanted["structured"]
    assert hit["person"] >= 0.93 * wanted["person"]
    assert hit["address"] >= 0.85 * wanted["address"]
    assert right >= 0.92 * spans
