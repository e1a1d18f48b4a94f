"""Phone numbers as people write them, checked against the numbering plans of the world (phonenumbers)."""

import re
from collections.abc import Iterable

import phonenumbers

from nlp_gateway.domain.redaction.context import near
from nlp_gateway.domain.redaction.found import Found

__all__ = ["phones"]

_MAYBE = r"[ \u00a0]?[-./\u2010-\u2013]?[ \u00a0]?"
_SEPARATOR = r"(?:[ \u00a0][-./\u2010-\u2013]?[ \u00a0]?|[-./\u2010-\u2013][ \u00a0]?|(?<=\)))"
"""Between groups of digits; without one, a long run of digits could be grouped in countless ways."""
_CANDIDATE = re.compile(
    r"(?<![\w./$€£#+-])(?<!\d,)(?P<value>(?:\+|00)?(?:\(\+?\d{1,4}\)|\d{1,15})"
    rf"(?:{_MAYBE}\(\d{{1,5}}\)|{_SEPARATOR}\d{{1,12}}){{0,7}})"
    r"(?P<extension>,? ?(?:x|ext\.?|extension|#) ?\d{1,6})?(?![\w%€$£]|[.,/-]\d)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:phones?|tel|telephone|mobile|cell|cellphone|fax|call(?:ed|ing)?|dial|ring|whatsapp|sms|text(?: me)?|contact|"
    r"reach|hotline|landline|voicemail|desk|office|home|registered|answering|messages? to|number is|my number|pager)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?: \d{1,2})?|"
    r"\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d{2}|(?:19|20)\d{2} ?[-–/ ] ?(?:19|20)?\d{2}"
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})+")
"""Thousands; a phone number only where a word says so."""
_TYPICAL = re.compile(
    r"\d{3}[-. ]\d{3}[-. ]\d{4}|1[-. ]\d{3}[-. ]\d{3}[-. ]\d{4}|0\d{1,4}(?:[ /-]\d{2,8}){1,4}|\d{2}(?:[. -]\d{2}){3,4}|"
    r"\(\d{2,5}\)[ -]?\d{2,4}(?:[ -]?\d{2,4}){1,3}|\d{2} \d{3} \d{3,4} \d{3,4}"
)
_COUNTRIES = (
    "US GB DE FR IT ES PT NL BE CH AT SE NO DK FI IS IE PL CZ SK HU RO BG GR CY HR SI EE LV LT RU UA TR IL IN CN JP KR "
    "SG AU NZ ZA BR MX AR CL CO UY TN EG NG KE AE SA GL"
)
REGIONS = tuple(_COUNTRIES.split())
"""Whose numbering plans a number of digits alone is tried against."""


def phones(text: str) -> Iterable[Found]:
    """Find phone numbers: international ones, national ones in a usual grouping, others beside a word that says so."""
    for match in _CANDIDATE.finditer(text):
        number = match.group("value")
        digits = sum(one.isdecimal() for one in number)
        if not 7 <= digits <= 15 or _DATE.fullmatch(number):
            continue
        named = near(_WORDS, text, match.start(), match.end(), before=45, after=25)
        if _is_phone(number, named or match.group("extension") is not None):
            yield Found(match.start("value"), match.end(), "PHONE_NUMBER", 0.85)


def _is_phone(number: str, named: bool) -> bool:
    plain = "".join(one for one in number if one.isdecimal())
    if number.startswith(("+", "(+", "00")):
        return named or _is_possible(re.sub(r"^00", "+", number))
    if plain == number:
        return named and len(plain) >= 8 and any(_is_valid(number, region) for region in REGIONS)
    if named:
        return len(plain) >= 7
    return bool(_TYPICAL.fullmatch(number)) and not _GROUPED.fullmatch(number)


def _is_possible(number: str) -> bool:
    try:
        cleaned = re.sub(r"\(0\)", "", number)
        return phonenumbers.is_possible_number(phonenumbers.parse(cleaned, None))
    except phonenumbers.NumberParseException:
        return False


def _is_valid(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
