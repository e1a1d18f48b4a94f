"""A model tells an answer from its evidence, or is not shown."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from aos_common.errors import DependencyUnavailable, DomainError, Kind
from nlp_gateway.domain.answers.model import Citation, Draft, Figure, Refusal
from nlp_gateway.ports.asking import Asker
from nlp_gateway.ports.models import Prompt
from nlp_gateway.ports.redaction import PersonalSpan, Redacted
from nlp_gateway.usecases.answers.write_text import write_text

ASKER = Asker(uuid4(), "someone", frozenset({"viewer"}), "token")
DRAFT = Draft(
    text="Cloud spend: USD 10.00 [1].",
    figures=(Figure("total", Decimal(10), "USD 10.00", "USD", (1,)),),
    citations=(Citation(1, "rows", "cloud spend", view="cloud_cost", rows=3),),
    reading="cloud spend",
)


class Unavailable(DomainError):
    """As a provider's failure is named."""

    reason = "MODEL_UNAVAILABLE"
    kind = Kind.UNAVAILABLE


@dataclass
class Scripted:
    """A model that says what it is told, in pieces, and keeps what it was sent."""

    says: str
    error: Exception | None = None
    label: str = "openai:gpt"
    sent: list[Prompt] = field(default_factory=list)

    async def of(self, tenant_id: UUID) -> "Scripted":
        return self

    async def write(self, prompt: Prompt) -> AsyncIterator[str]:
        self.sent.append(prompt)
        for start in range(0, len(self.says), 7):
            yield self.says[start : start + 7]
        if self.error:
            raise self.error


class Hiding:
    """Takes one name out of every text."""

    async def redact(self, texts: Sequence[str]) -> Sequence[Redacted]:
        return [self._hide(text) for text in texts]

    @staticmethod
    def _hide(text: str) -> Redacted:
        spans = [PersonalSpan(*found.span(), "PERSON") for found in re.finditer("Zoë Weiß|Ada Petrov", text)]
        return Redacted(re.sub("Zoë Weiß|Ada Petrov", "<PERSON>", text), tuple(spans))


async def told(model: Scripted, question: str = "cloud spend of Zoë Weiß?") -> tuple[str, str]:
    found = await write_text(ASKER, question, "cfo", DRAFT, models=model, redactor=Hiding())
    return found.draft.text, found.engine


async def test_text_when_a_model_keeps_to_the_evidence_then_it_is_the_models() -> None:
    model = Scripted("You spent USD 10.00 [1] on the cloud.")
    assert await told(model) == (model.says, "openai:gpt")
    (prompt,) = model.sent
    assert "Zoë" not in prompt.material
    assert "<PERSON_1>" in prompt.material
    assert "cloud spend" not in prompt.instructions


@pytest.mark.parametrize(
    "says",
    [
        "You spent USD 11.00 [1].",
        "You spent USD 10.00 [1], ten percent more than usual.",
        "As “the report” says, USD 10.00 [1].",
        "<PERSON> spent USD 10.00 [1].",
        "",
        "USD 10.00 " * 1000,
    ],
)
async def test_text_when_a_model_goes_beyond_the_evidence_then_the_offline_one_is_shown(says: str) -> None:
    assert await told(Scripted(says)) == (DRAFT.text, "offline (openai:gpt went beyond the evidence)")


@pytest.mark.parametrize("error", [Unavailable("down"), DependencyUnavailable("slow")])
async def test_text_when_the_provider_fails_midway_then_the_offline_one_is_shown_and_says_so(error: Exception) -> None:
    assert await told(Scripted("You spent ", error)) == (DRAFT.text, "offline (openai:gpt unavailable)")


async def test_text_when_the_provider_never_ends_then_the_offline_one_is_shown_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stalled(Scripted):
        async def write(self, prompt: Prompt) -> AsyncIterator[str]:
            yield "You spent "
            await asyncio.Event().wait()

    monkeypatch.setattr("nlp_gateway.usecases.answers.write_text.SECONDS", 0.05)
    assert await told(Stalled("")) == (DRAFT.text, "offline (openai:gpt unavailable)")


async def test_text_when_names_were_taken_out_then_the_answer_has_them_and_the_model_never_did() -> None:
    model = Scripted("<PERSON_2> and <PERSON_1>: USD 10.00 [1].")
    found, engine = await told(model, "Zoë Weiß or Ada Petrov? Zoë Weiß!")
    assert (found, engine) == ("Ada Petrov and Zoë Weiß: USD 10.00 [1].", "openai:gpt")
    assert not re.search("Zoë|Petrov", model.sent[0].material)


async def test_text_when_the_answer_is_a_refusal_then_no_model_is_asked() -> None:
    model = Scripted("Certainly! It is USD 5.")
    refused = Draft(text="", refusal=Refusal("UNKNOWN_METRIC", "No."))
    found = await write_text(ASKER, "margin?", "cfo", refused, models=model, redactor=Hiding())
    assert (found.draft, found.engine, model.sent) == (refused, "offline", [])
