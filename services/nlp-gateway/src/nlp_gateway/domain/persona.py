"""Personas: in whose language a question is asked and answered."""

from dataclasses import dataclass

__all__ = ["PERSONAS", "Persona", "persona_named"]


@dataclass(frozen=True)
class Persona:
    """An executive role: its short name, its title, and what it cares about."""

    name: str
    title: str
    concerns: str


PERSONAS = (
    Persona("cto", "Chief technology officer", "Connections, drift, discovered systems, agents and their runs."),
    Persona("cro", "Chief revenue officer", "Pipeline, win rate, deals, accounts and the people who sell."),
    Persona("coo", "Chief operating officer", "Cloud spend, its drivers and owners, vendors, usage and efficiency."),
    Persona("cfo", "Chief financial officer", "Revenue, cost, margins and how both move from month to month."),
)


def persona_named(name: str) -> Persona | None:
    """Return the persona of this short name in any case, or None."""
    return next((persona for persona in PERSONAS if persona.name == name.strip().lower()), None)
