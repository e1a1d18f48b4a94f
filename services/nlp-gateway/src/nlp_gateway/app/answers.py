"""Answers, wired."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aos_common.shared import Shared

from nlp_gateway.adapters.answers.dictionary import EncoderWords
from nlp_gateway.adapters.answers.feedback import PostgresFeedback
from nlp_gateway.adapters.answers.nearness import Embed, EmbeddingNearness
from nlp_gateway.adapters.answers.platform import PlatformClients
from nlp_gateway.adapters.answers.semantic_layer import DclMetrics
from nlp_gateway.entrypoints.answers.api import AnswersApi
from nlp_gateway.ports.models import Models
from nlp_gateway.ports.passages import Passages
from nlp_gateway.ports.redaction import Redactor
from nlp_gateway.ports.understanding import Understanding
from nlp_gateway.settings import Settings
from nlp_gateway.usecases.answers.answering import Answering

__all__ = ["Answers", "answers"]


@dataclass(frozen=True)
class Answers:
    """What the service runs of the answers."""

    api: AnswersApi
    close: tuple[Callable[[], Awaitable[None]], ...]


def answers(
    settings: Settings,
    shared: Shared,
    *,
    passages: Passages,
    understanding: Understanding,
    redactor: Redactor,
    models: Models,
    embed: Embed,
) -> Answers:
    """Wire the answers; channels connect when they are used."""
    dcl = shared.channel(settings.dcl_grpc)
    aoa, aam, aod = (shared.channel(one) for one in (settings.aoa_grpc, settings.aam_grpc, settings.aod_grpc))
    answering = Answering(
        layer=DclMetrics(dcl),
        platform=PlatformClients(aoa, aam, aod),
        passages=passages,
        understanding=understanding,
        redactor=redactor,
        models=models,
        nearness=EmbeddingNearness(embed),
        dictionary=EncoderWords(),
        clock=_now,
    )
    api = AnswersApi(answering, PostgresFeedback(shared.database, _now))
    return Answers(api, tuple(one.close for one in (dcl, aoa, aam, aod)))


def _now() -> datetime:
    return datetime.now(UTC)
