"""Numbers that states, banks and registers know a person by, and dates of birth."""

import re
from collections.abc import Iterable

from nlp_gateway.domain.redaction.found import Found, matches

__all__ = ["identifiers"]

_SSN = re.compile(r"(?<![\w-])(?!000)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])")
_NINO = re.compile(r"(?<!\w)(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_VALUE = r"(?P<value>(?=[\w./-]*\d)[A-Z0-9](?:[A-Z0-9]|[./ -](?=[A-Z0-9]*\d)){4,22}[A-Z0-9])(?!\w)"
_BETWEEN = r"(?:\s*(?:number|no|nr|num|code|id|#)\b\.?)?\s*(?:is|was|are|as|:|=|#|-|of)?\s*[:#]?\s*"


def _named(names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{names}){_BETWEEN}{_VALUE}", re.IGNORECASE)


_NAMED = (
    ("US_SSN", _named(r"ssn|social security|social insurance|sin")),
    ("US_DRIVER_LICENSE", _named(r"driv(?:er|ing)(?:'?s|s')? ?licen[cs]e|licen[cs]e number|dl number|dl no")),
    ("PASSPORT", _named(r"passport")),
    (
        "NATIONAL_ID",
        _named(
            r"national (?:id(?:entity|entification)?(?: card)?|insurance)|identity card|id card|tax ?payer id|tax id|"
            r"tin|itin|nino?|pesel|cpf|curp|bsn|dni|nie|nif|aadhaar|personnummer|cnp|rodn[eé] [cč][ií]slo|"
            r"nhs|medicare|health insurance|codice fiscale|personal (?:identity|identification) (?:code|number)"
        ),
    ),
    (
        "BANK_ACCOUNT",
        _named(
            r"(?:bank )?account (?:number|no|nr|#)|acct(?: no| number|\.)?|routing(?: number)?|sort code|swift code"
        ),
    ),
    (
        "MEDICAL_ID",
        _named(r"mrn|medical record|patient id|policy (?:number|no)|member (?:id|number)|insurance (?:id|number)"),
    ),
    ("LICENSE_PLATE", _named(r"licen[cs]e plate|number plate|registration plate")),
)
_DATE = (
    r"(?P<value>\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]{2,8}\.?,? \d{4}|"
    r"[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_BORN = re.compile(
    r"\b(?:born(?: on)?|date of birth|birth ?da(?:y|te)|d\.?o\.?b\.?)\W{0,3}(?:is|was|on|[:=]|it'?s)?"
    rf"(?:\W{{0,3}}it'?s)?\W{{0,3}}{_DATE}",
    re.IGNORECASE,
)


def identifiers(text: str) -> Iterable[Found]:
    """Find identifiers by their form, or (where digits alone say nothing) by the words before them."""
    yield from matches(_SSN, text, "US_SSN")
    yield from matches(_NINO, text, "NATIONAL_ID", 0.9)
    yield from matches(_BORN, text, "DATE_OF_BIRTH")
    for kind, pattern in _NAMED:
        for match in pattern.finditer(text):
            if sum(one.isdecimal() for one in match.group("value")) >= 4:
                yield Found(*match.span("value"), kind, 0.8)
