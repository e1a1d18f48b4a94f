"""The offline engine and every provider keep the same contract: evidence alone, checked, without personal data."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from aos_common.egress import Egress
from aos_local.models.recording import KEY, Fault
from aos_local.models.testing import Served
from nlp_gateway.adapters.providers.models import TenantModels
from nlp_gateway.adapters.redaction.redactors import redact_here
from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.model import Citation, Draft, Figure
from nlp_gateway.domain.providers.provider import Provider
from nlp_gateway.ports.asking import Asker
from nlp_gateway.ports.redaction import Redacted
from nlp_gateway.usecases.answers.write_text import Told, write_text

OFFLINE = "offline"
KINDS = ("openai", "gemini", "anthropic", "openai_compatible")
ENGINES = (OFFLINE, *KINDS)
ASKER = Asker(uuid4(), "someone", frozenset({"viewer"}), "token")
DRAFT = Draft(
    text="Cloud spend: USD 1,234.50 [1].",
    figures=(Figure("cloud spend", Decimal("1234.50"), "USD 1,234.50", "USD", (1,)),),
    citations=(Citation(1, "rows", "cloud spend", view="cloud_cost", rows=3),),
    reading="cloud spend by owner",
)
PERSONAL = (
    "Gudrun Magnusson", "gudrun.magnusson@example.com", "+44 20 7946 0958", "4111 1111 1111 1111",
    "DE89370400440532013000", "221 Baker Street", "460-89-9847", "ghp_" + "a1B2" * 9, "hunter2-secret",
)  # fmt: skip
QUESTION = (
    "What did Gudrun Magnusson (gudrun.magnusson@example.com, +44 20 7946 0958, 221 Baker Street) spend? Her card is "
    "4111 1111 1111 1111, IBAN DE89370400440532013000, SSN 460-89-9847, token ghp_" + "a1B2" * 9 + ", "
    "password=hunter2-secret"
)


class One:
    """The provider of an engine; None is the offline engine's."""

    def __init__(self, provider: Provider | None) -> None:
        self.provider = provider

    async def get(self, tenant_id: UUID) -> Provider | None:
        return self.provider

    async def key(self, tenant_id: UUID, provider_id: UUID) -> str | None:
        return KEY


class Here:
    """The real redactor, in this process."""

    async def redact(self, texts: Sequence[str]) -> Sequence[Redacted]:
        return [await asyncio.to_thread(redact_here, text) for text in texts]


@pytest.fixture
def redactor() -> Here:
    return Here()


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, served: Served) -> AsyncIterator[tuple[str, TenantModels]]:
    kind = str(request.param)
    provider = None
    if kind != OFFLINE:
        provider = Provider(uuid4(), kind, "a-model", served.base_url(kind), datetime.now(UTC), "ann")
    models = TenantModels(One(provider), Egress("127.0.0.1"))
    yield kind, models
    await models.close()


async def _told(engine: tuple[str, TenantModels], redactor: Here, question: str = QUESTION) -> Told:
    return await write_text(ASKER, question, "cfo", DRAFT, models=engine[1], redactor=redactor)


async def test_answer_when_any_engine_tells_it_then_figures_and_citations_are_the_evidences(engine, served, redactor):
    told = await _told(engine, redactor)
    assert told.engine == (OFFLINE if engine[0] == OFFLINE else f"{engine[0]}:a-model")
    assert check(told.draft.text, DRAFT) == []
    assert "USD 1,234.50 [1]" in told.draft.text
    assert told.draft.citations == DRAFT.citations
    assert len(served.recorder.requests) == (0 if engine[0] == OFFLINE else 1)


async def test_answer_when_the_question_is_full_of_personal_data_then_not_a_byte_of_it_is_sent(
    engine, served, redactor
):
    await _told(engine, redactor)
    for sent in served.recorder.requests:
        for personal in PERSONAL:
            assert personal.encode() not in sent.body, personal
            assert personal.replace(" ", "").encode() not in sent.body, personal


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.CUT])
async def test_answer_when_the_provider_fails_then_the_offline_one_labelled(engine, served, redactor, fault):
    served.recorder.always = fault
    told = await _told(engine, redactor, "cloud spend?")
    assert told.draft.text == DRAFT.text
    assert told.engine == (OFFLINE if engine[0] == OFFLINE else f"offline ({engine[0]}:a-model unavailable)")


async def test_answer_when_the_model_invents_a_number_then_the_offline_one_labelled(engine, served, redactor):
    served.recorder.always = Fault.INVENT
    told = await _told(engine, redactor, "cloud spend?")
    assert told.draft.text == DRAFT.text
    if engine[0] != OFFLINE:
        assert "beyond the evidence" in told.engine
