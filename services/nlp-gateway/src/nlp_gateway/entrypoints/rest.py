"""The NLP gateway over REST: what belongs to no part alone."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter
from pydantic import BaseModel

from nlp_gateway.domain.persona import PERSONAS


class PersonaOut(BaseModel):
    """A persona."""

    name: str
    title: str
    concerns: str


class PersonasOut(BaseModel):
    """The personas."""

    personas: list[PersonaOut]


def router() -> APIRouter:
    """Return the routes below /api/v1/nlp that need no state."""
    routes = APIRouter(tags=["nlp"])

    @routes.get("/personas")
    async def list_personas(caller: CurrentCaller) -> PersonasOut:
        """List the personas in whose language questions are answered."""
        return PersonasOut(personas=[PersonaOut(**vars(persona)) for persona in PERSONAS])

    return routes
