"""Answer a question, step by step: understood, looked up, told, checked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aos_common.errors import DomainError, Kind
from aos_common.ids import new_id

from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.errors import AnswerUnchecked, PersonaUnknown, QuestionInvalid, check_text
from nlp_gateway.domain.answers.model import Answer, Draft, Refusal
from nlp_gateway.domain.persona import PERSONAS, persona_named
from nlp_gateway.domain.questions.model import Parsed, Unread
from nlp_gateway.domain.questions.refusals import NO_QUESTION, UNKNOWN_METRIC
from nlp_gateway.ports.asking import Asker
from nlp_gateway.ports.understanding import OUT_OF_SCOPE, Reading
from nlp_gateway.usecases.answers.answer_data import answer_data
from nlp_gateway.usecases.answers.answer_knowledge import answer_knowledge
from nlp_gateway.usecases.answers.answer_platform import answer_platform
from nlp_gateway.usecases.answers.answering import Answering
from nlp_gateway.usecases.answers.read_question import read_question
from nlp_gateway.usecases.answers.write_text import write_text

DATA, KNOWLEDGE = "data_question", "knowledge"
MAX_QUESTION = 2000
SURE = 0.9
"""Confidence of a route from which on it is taken, although the question names a figure."""
NOT_PERMITTED, CANNOT_ANSWER = "NOT_PERMITTED", "CANNOT_ANSWER"
EXAMPLES = ("cloud spend by team last month", "win rate this quarter", "which connections are failing?")


@dataclass(frozen=True)
class Routed:
    """A question was understood: who asks, and where its answer comes from."""

    persona: str
    route: str


@dataclass(frozen=True)
class Drafted:
    """The evidence is there: reading, figures, table and chart; the text may still change its words."""

    draft: Draft


Step = Routed | Drafted | Answer


async def ask(asker: Asker, question: str, persona: str = "", *, answering: Answering) -> AsyncIterator[Step]:
    """Yield how the question was understood, its evidence, and the whole answer.

    Raises `QuestionInvalid` or `PersonaUnknown`; what cannot be answered is an answer with a refusal.
    """
    _check(question, persona)
    reading = await answering.understanding.read(question)
    spoken = persona.strip().lower() or reading.persona
    read = await _read(asker, question, reading, answering)
    route = _route(reading, read)
    yield Routed(spoken, route)
    draft = await _draft(asker, question, spoken, route, read, answering)
    problems = check(draft.text, draft)
    if problems:
        raise AnswerUnchecked(f"The answer says {problems[0].said!r}: {problems[0].why}.", hint="Tell us the question.")
    yield Drafted(draft)
    told = await write_text(asker, question, spoken, draft, models=answering.models, redactor=answering.redactor)
    yield Answer(str(new_id()), question, spoken, route, told.engine, told.draft)


def _route(reading: Reading, read: Parsed | Unread | DomainError) -> str:
    """Return where the answer comes from: a complete reading over data wins, and so does half of one over a guess."""
    named = isinstance(read, Unread) and read.reason not in (UNKNOWN_METRIC, NO_QUESTION)
    if isinstance(read, Parsed) or (named and reading.route_confidence < SURE):
        return DATA
    return reading.route


def _check(question: str, persona: str) -> None:
    if not question.strip() or len(question) > MAX_QUESTION:
        raise QuestionInvalid(f"A question has 1 to {MAX_QUESTION:,} characters.")
    check_text(question)
    if persona and persona_named(persona) is None:
        known = ", ".join(one.name for one in PERSONAS)
        raise PersonaUnknown(f"There is no persona {persona!r}.", hint=f"Personas: {known}.")


async def _read(asker: Asker, question: str, reading: Reading, answering: Answering) -> Parsed | Unread | DomainError:
    """Read the question as one over data; a complete reading wins over the route, since not a word of it is guessed."""
    today = answering.clock().date()
    try:
        return await read_question(
            asker,
            question,
            today,
            layer=answering.layer,
            nearness=answering.nearness,
            dictionary=answering.dictionary,
        )
    except DomainError as error:
        if reading.route == DATA and error.kind is not Kind.FORBIDDEN:
            raise
        return error


async def _draft(
    asker: Asker,
    question: str,
    persona: str,
    route: str,
    read: Parsed | Unread | DomainError,
    answering: Answering,
) -> Draft:
    try:
        if isinstance(read, Parsed):
            return await answer_data(asker, read, persona, layer=answering.layer)
        if route == KNOWLEDGE:
            return await answer_knowledge(asker, question, passages=answering.passages, nearness=answering.nearness)
        if route not in (DATA, OUT_OF_SCOPE):
            return await answer_platform(asker, route, platform=answering.platform)
        if isinstance(read, DomainError) and route == DATA:
            raise read
    except DomainError as error:
        if error.kind is not Kind.FORBIDDEN:
            raise
        return Draft(text="", refusal=Refusal(NOT_PERMITTED, f"You may not read this. {error.message}", (error.hint,)))
    return Draft(text="", refusal=_refusal(route, read))


def _refusal(route: str, read: Parsed | Unread | DomainError) -> Refusal:
    vague = not isinstance(read, Unread) or read.reason in (UNKNOWN_METRIC, NO_QUESTION)
    if route == OUT_OF_SCOPE and vague:
        message = "This is nothing that the connected data, the agents, the connections or the documents could answer."
        return Refusal(CANNOT_ANSWER, message, EXAMPLES)
    assert isinstance(read, Unread)
    return Refusal(read.reason, read.message, read.suggestions or EXAMPLES)
