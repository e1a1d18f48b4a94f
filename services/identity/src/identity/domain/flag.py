"""Feature flags: what a tenant can switch, and how it is without a choice of their own."""

from dataclasses import dataclass
from datetime import datetime

from identity.domain.errors import FlagUnknown


@dataclass(frozen=True)
class Definition:
    """A flag that some service asks for."""

    name: str
    description: str
    default: bool


@dataclass(frozen=True)
class Choice:
    """What a tenant chose."""

    name: str
    enabled: bool
    changed_by: str
    changed_at: datetime
    version: int


@dataclass(frozen=True)
class Flag:
    """A flag as one tenant sees it."""

    definition: Definition
    choice: Choice | None

    @property
    def enabled(self) -> bool:
        """The value in force."""
        return self.definition.default if self.choice is None else self.choice.enabled


DEFINITIONS = (
    Definition(
        "auto_repair", "Look again by itself at a stream whose schema changed, and go on if that is safe.", False
    ),
    Definition(
        "drift_detection", "Hold a stream whose schema changed; off, its mapping goes on if it still fits.", True
    ),
    Definition("hitl_workflow", "Ask a person about every mapping, also about one that is certain enough.", False),
    Definition("use_aam_as_source", "Sync connections; off, no sync starts.", True),
    Definition("use_dcl_intelligence_api", "Ask for mapping proposals when a connection is looked at.", True),
)


def definition_of(name: str) -> Definition:
    """Return a flag's definition; raise `FlagUnknown`."""
    for definition in DEFINITIONS:
        if definition.name == name:
            return definition
    names = ", ".join(definition.name for definition in DEFINITIONS)
    raise FlagUnknown(f"There is no flag {name[:60]!r}.", hint=f"There are: {names}.")
