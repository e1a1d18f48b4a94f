"""Understanding over REST."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter
from pydantic import BaseModel, Field

from nlp_gateway.entrypoints.understanding.api import UnderstandingApi
from nlp_gateway.ports.understanding import Reading
from nlp_gateway.usecases.understanding.classify_question import MOST_CHARACTERS

__all__ = ["router"]


class QuestionBody(BaseModel):
    """A question to read; a persona that is named wins over the one read."""

    text: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    persona: str = Field("", max_length=40)


class ReadingOut(BaseModel):
    """A question's persona and route, each with a confidence from 0 to 1."""

    persona: str
    persona_confidence: float
    route: str
    route_confidence: float

    @classmethod
    def of(cls, reading: Reading) -> "ReadingOut":
        """Show a reading."""
        return cls(**vars(reading))


def router(api: UnderstandingApi) -> APIRouter:
    """Return the routes of understanding."""
    routes = APIRouter(tags=["understanding"])

    @routes.post("/persona/classify")
    async def classify(body: QuestionBody, caller: CurrentCaller) -> ReadingOut:
        """Say whose question it is, and what can answer it."""
        return ReadingOut.of(await api.classify(caller, body.text, body.persona))

    return routes
