"""Numbers with check digits: payment cards and bank accounts, with or without separators."""

import re
from collections.abc import Iterable

from nlp_gateway.domain.redaction.context import near
from nlp_gateway.domain.redaction.found import Found

__all__ = ["cards", "ibans", "luhn"]

_SEPARATOR = r"[ .\u2010-\u2015-]"
_DIGITS = re.compile(rf"(?<![\w.,+-])\d(?:{_SEPARATOR}?\d){{11,18}}(?!\d|[.,-]?\d)")
_CARD_WORDS = re.compile(
    r"\b(?:cards?|cc|credit|debit|visa|master ?card|maestro|amex|american express|discover|diners|jcb|pan)\b", re.I
)
_CARD_FIRST = re.compile(r"3[0-9]|4|5[0-9]|6|2[2-7]|1800|2131")
"""How numbers of the card schemes begin (ISO/IEC 7812-1); one that begins otherwise needs a word that says card."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_IBAN_WORD = re.compile(r"\b(?:iban|bank account|account)\b", re.I)

_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 "
    "NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 "
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Characters of an IBAN by country (SWIFT's IBAN registry)."""


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def cards(text: str) -> Iterable[Found]:
    """Find card numbers: 13 to 19 digits that check, or 12 and more beside a word that says card."""
    for match in _DIGITS.finditer(text):
        digits = "".join(str(int(one)) for one in match.group() if one.isdecimal())
        named = near(_CARD_WORDS, text, match.start(), match.end(), before=60, after=30)
        checks = luhn(digits) and len(set(digits)) > 1
        if named or (checks and len(digits) >= 13 and _CARD_FIRST.match(digits)):
            yield Found(match.start(), match.end(), "CREDIT_CARD", 1.0 if checks else 0.7)


def ibans(text: str) -> Iterable[Found]:
    """Find IBANs: length by country and mod 97-10 (ISO 13616, ISO 7064), or the shape beside a word that says so."""
    for match in _IBAN.finditer(text):
        length = IBAN_LENGTHS.get(match.group()[:2].upper(), 0)
        places = [place for place, character in enumerate(match.group()) if character.isalnum()]
        if not length or len(places) < length:
            continue
        plain = "".join(match.group()[place] for place in places[:length]).upper()
        checks = int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1
        end = match.start() + places[length - 1] + 1
        whole = not text[end : end + 1].isalnum()
        if checks or (whole and near(_IBAN_WORD, text, match.start(), end, before=40, after=0)):
            yield Found(match.start(), end, "IBAN_CODE")
