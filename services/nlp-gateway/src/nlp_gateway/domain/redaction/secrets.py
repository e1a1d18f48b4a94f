"""Keys, tokens and passwords: what opens a door belongs in no knowledge base and in no prompt."""

import math
import re
from collections import Counter
from collections.abc import Iterable

from nlp_gateway.domain.redaction.found import Found, matches

__all__ = ["secrets"]

_KNOWN = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z2-7]{16}\b",  # Amazon
        r"\bgh[pousr]_[A-Za-z0-9]{20,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b|\bglpat-[\w-]{16,}",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}|https://hooks\.slack\.com/services/[\w/]{20,}",
        r"\bAIza[\w-]{30,40}|\bya29\.[\w.-]{20,}|\bGOCSPX-[\w-]{20,}",  # Google
        r"\bsk-(?:ant-|proj-|svcacct-)?[\w-]{16,}|\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}",
        r"\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[0-9a-f]{32}\b|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}|\bdop_v1_[0-9a-f]{40,}",
        r"\b(?:hvs|hvb|hvr)\.[\w-]{16,}|\baos_\w+_[\w-]{12,}|\bhf_[A-Za-z0-9]{20,}|\bEAA[A-Za-z0-9]{30,}",
        r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?",  # JSON web tokens
    )
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)", re.S
)
_HEADER = re.compile(r"\b(?:bearer|basic|token)\s+(?P<value>(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,})", re.I)
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@\"'<>]*:(?P<value>[^\s@/\"'<>]+)@", re.I)
_NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_ -]?key|access[_ -]?key(?:[_ -]?id)?|secret[_ -]?key|"
    r"private[_ -]?key|client[_ -]?secret|account[_ -]?key|auth[_ -]?key|encryption[_ -]?key|signature|"
    r"sharedaccesskey|credentials?"
)
_ASSIGNED = re.compile(
    rf"(?<![A-Za-z])(?:[A-Za-z0-9]{{1,40}}[_.-]){{0,6}}(?:{_NAMES})[\"']?\s*(?:=>|:=|[:=])\s*[\"']?"
    r"(?P<value>[^\s\"',;&<>]{4,})",
    re.I,
)
_SAID = re.compile(
    r"\b(?:password|passphrase|passcode|pin(?: code| number)?|api key|secret)\s+(?:is|was|of)\s+[\"']?"
    r"(?P<value>(?=\S*[\d!@#$%^&*])[^\s\"',;]{4,})",
    re.I,
)
_MIXTURE = re.compile(r"(?<![\w/+=.-])[A-Za-z0-9+/_=-]{32,}(?![\w/+=-])")
_PLACEHOLDERS = ("$", "{", "<", "[", "(", "*", "env:", "file:", "vault", "@", "%")
ENTROPY = 4.0
"""Bits a character of a mixture; English has about 4.1 over its 27 but words repeat and have no digits."""


def secrets(text: str) -> Iterable[Found]:
    """Find secrets by their known forms, by what they are assigned to, and long mixtures of letters and digits."""
    yield from matches(_PRIVATE_KEY, text, "SECRET")
    for pattern in _KNOWN:
        yield from matches(pattern, text, "SECRET")
    for pattern in (_HEADER, _URL, _SAID):
        yield from (one for one in matches(pattern, text, "SECRET") if not text.startswith(_PLACEHOLDERS, one.start))
    for match in _ASSIGNED.finditer(text):
        if _is_value(match.group("value")):
            yield Found(*match.span("value"), "SECRET")
    for match in _MIXTURE.finditer(text):
        if _is_mixture(match.group()):
            yield Found(*match.span(), "SECRET", 0.8)


def _is_value(value: str) -> bool:
    """Whether it can be a secret itself: not a name, a placeholder or a type."""
    if value.startswith(_PLACEHOLDERS) or value.endswith(")"):
        return False
    return any(one.isdigit() for one in value) or (len(value) >= 8 and not value.isalpha())


def _is_mixture(value: str) -> bool:
    """Capitals, small letters and digits with the entropy of a key (Shannon), unlike a path, a hash or a UUID."""
    kinds = sum(any(test(one) for one in value) for test in (str.isupper, str.islower, str.isdigit))
    if kinds < 3 or value.count("/") > 3 or value.count("-") > 4:
        return False
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) >= ENTROPY
