"""What the checker lets through, and what it does not."""

from decimal import Decimal

import pytest
from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.model import Citation, Draft, Figure

DRAFT = Draft(
    text="",
    figures=(
        Figure("total", Decimal("12345.674"), "USD 12,345.67", "USD", (1,)),
        Figure("rate", Decimal("63.150052"), "63.15 %", "%", (1,)),
        Figure("deals", Decimal(4238), "4,238 deals", "deals", (1,)),
        Figure("few", Decimal(3), "3 deals", "deals", (1,)),
        Figure("change", Decimal("-345.5"), "USD -345.50", "USD", (1, 2), "difference", ("total", "before")),
        Figure("grown", Decimal("2.5"), "2.50 %", "%", (1, 2), "percent_change", ("total", "before")),
        Figure("tiny", Decimal("0.0000008"), "0.0000008000", "", (2,)),
    ),
    citations=(Citation(1, "rows", "a"), Citation(2, "passage", "b", quote="Spend rose by 12 % in 2024.")),
    labels=frozenset({"October 2026", "Compute 2 Engine", "2026", "Zoë Weiß"}),
)


@pytest.mark.parametrize(
    "text",
    [
        "Cloud spend in October 2026: USD 12,345.67 [1].",
        "It was USD 12,345.674 [1], exactly.",
        "The rate is 63.15 % [1], or 63.1501 % [1].",
        "There were 4,238 deals [1], 4238 in all, three of them large.",
        "Spend is down USD 345.50 [1][2], which is USD -345.50 [1].",
        "Deals are up 2.50 % [1].",
        "The document says “Spend rose by 12 % in 2024.” [2]",
        "“rose by 12 %” [2]",
        "Compute 2 Engine costs nothing in 2026.",
        "A tiny 0.0000008 [2].",
    ],
)
def test_check_when_everything_is_in_the_evidence_then_nothing_is_found(text: str) -> None:
    assert check(text, DRAFT) == []


@pytest.mark.parametrize(
    "text",
    [
        "It was USD 12,345.68 [1].",
        "It was about USD 12,346 [1].",
        "It was USD 12.3 thousand.",
        "It was USD 12k.",
        "It was EUR 12,345.67 [1].",
        "It was 12,345.67 [1].",
        "The rate is 63.15 [1].",
        "The rate is 63 % [1].",
        "The rate is 0.63 [1].",
        "4,238 % of deals [1].",
        "There were 4,239 deals.",
        "There were seven deals.",
        "It doubled.",
        "About half of it.",
        "Dozens of deals.",
        "Spend is up USD 345.50 [1][2].",
        "Spend changed by USD 345.50 [1][2].",
        "Deals are down 2.50 % [1].",
        "It was like this in September 2026.",
        "On 2026-10-01 it was so.",
        "Since Q3 it is so.",
        "The document says “Spend rose by 13 % in 2024.” [2]",
        'The document says "Spend fell." [2]',
        "As [3] says.",
        "Zero is not 0.",
        "One-off: 1.",
        "Compute 5 Engine costs nothing.",
        "There were three times as many deals.",
        "٣ deals, ４ deals",
    ],
)
def test_check_when_something_is_not_in_the_evidence_then_it_is_named(text: str) -> None:
    assert check(text, DRAFT), text
