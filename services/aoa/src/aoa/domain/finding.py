"""What agents find."""

from dataclasses import dataclass
from enum import StrEnum

from aoa.domain.question import Filter, Row

MAX_EVIDENCE = 10


class Severity(StrEnum):
    """How grave a finding is."""

    PROBLEM = "problem"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One finding: a figure that the rows selected by `view` and `filters` back.

    `subject` tells findings of one check apart. `figure` is text so that decimals stay exact.
    """

    check: str
    severity: Severity
    title: str
    figure: str
    unit: str
    action: str
    view: str
    filters: tuple[Filter, ...] = ()
    evidence: tuple[Row, ...] = ()
    subject: str = ""


_GRAVITY = {severity: place for place, severity in enumerate(Severity)}


def gravest_first(findings: list[Finding]) -> list[Finding]:
    """Return the findings in order of severity, else as they were found."""
    return sorted(findings, key=lambda finding: _GRAVITY[finding.severity])
