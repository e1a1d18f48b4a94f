"""Which persona a question is answered for."""

from collections.abc import Iterable

from aos_common.errors import DomainError, Kind

from nlp_gateway.domain.persona import PERSONAS, persona_named

__all__ = ["PersonaUnknown", "given_persona"]


class PersonaUnknown(DomainError):
    """The request names a persona that there is not."""

    reason = "PERSONA_UNKNOWN"
    kind = Kind.INVALID


def given_persona(asked: str, roles: Iterable[str]) -> str | None:
    """Return the persona that the request names, or else the one that a role is called after, or None.

    Either wins over what the question sounds like. Raises PersonaUnknown.
    """
    if asked.strip():
        persona = persona_named(asked)
        if persona is None:
            names = ", ".join(one.name for one in PERSONAS)
            raise PersonaUnknown(f"There is no persona {asked.strip()[:40]!r}.", hint=f"Use one of {names}.")
        return persona.name
    held = {role.lower() for role in roles}
    return next((one.name for one in PERSONAS if one.name in held), None)
