"""Whose question it is: the request wins, then a role, then what it sounds like."""

import pytest
from nlp_gateway.domain.understanding.choice import PersonaUnknown
from nlp_gateway.ports.understanding import Reading
from nlp_gateway.usecases.understanding.classify_question import QuestionUnreadable, classify_question

READ = Reading("cto", 0.6, "data_question", 0.9)


class Fixed:
    async def read(self, question: str) -> Reading:
        return READ


@pytest.mark.parametrize(
    ("asked", "roles", "persona", "confidence"),
    [("CFO", {"cro"}, "cfo", 1.0), ("", {"viewer", "cro"}, "cro", 1.0), ("", {"viewer"}, "cto", 0.6)],
)
async def test_classify_when_a_persona_is_given_then_it_wins_and_the_route_stays(asked, roles, persona, confidence):
    read = await classify_question(Fixed(), "what did we spend", asked, roles)
    assert (read.persona, read.persona_confidence, read.route) == (persona, confidence, "data_question")


async def test_classify_when_the_persona_is_unknown_then_it_names_those_there_are():
    with pytest.raises(PersonaUnknown) as refused:
        await classify_question(Fixed(), "what did we spend", "ceo", ())
    assert "cfo" in refused.value.hint


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
async def test_classify_when_there_is_no_question_then_refused(text):
    with pytest.raises(QuestionUnreadable):
        await classify_question(Fixed(), text, "", ())
