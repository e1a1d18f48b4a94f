"""Numbers with check digits: payment cards and bank accounts, found anywhere in a text and masked in place."""

import re

_DIGIT_RUN = re.compile(r"\d(?:[ .\u00a0-]?\d){12,}")
_DECIMAL = re.compile(r"[-+]?\d+\.\d+")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}", re.ASCII)
_IBAN_REST = re.compile(r"[ -]?[A-Z0-9]", re.ASCII)
CARD_LENGTHS = range(13, 20)
CARD_FIRST = frozenset("23456")
"""First digits of payment cards (ISO/IEC 7812-1: travel, banking, merchandising); 1 begins timestamps too often."""

_IBAN_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 "
    "NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 "
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBAN_COUNTRIES.split()}
"""Characters of an IBAN by country (SWIFT's IBAN registry)."""


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_card(text: str) -> bool:
    """Whether the whole text is one card number."""
    digits = re.sub(r"[ .\u00a0-]", "", text.strip())
    return digits.isdecimal() and len(digits) in CARD_LENGTHS and digits[0] in CARD_FIRST and luhn(digits)


def mask_cards(text: str) -> str:
    """Replace the digits of every card number but the last four; a text that is one decimal number holds none."""
    return text if _DECIMAL.fullmatch(text.strip()) else _DIGIT_RUN.sub(lambda run: _mask_run(run.group()), text)


def _mask_run(run: str) -> str:
    """Cards may follow other digits after a separator, so every stretch between separators is tried."""
    places = [place for place, character in enumerate(run) if character.isdecimal()]
    digits = "".join(str(int(run[place])) for place in places)
    hidden: set[int] = set()
    for start, place in enumerate(places):
        if digits[start] not in CARD_FIRST or (start and places[start - 1] == place - 1):
            continue
        for length in CARD_LENGTHS:
            end = start + length
            if end > len(places) or (end < len(places) and places[end] == places[end - 1] + 1):
                continue
            if luhn(digits[start:end]):
                hidden.update(places[start : end - 4])
    return "".join("*" if place in hidden else character for place, character in enumerate(run))


def find_iban(text: str) -> tuple[int, int] | None:
    """Where the first IBAN of the text begins and ends (ISO 13616: length by country, mod 97-10 of ISO 7064)."""
    for start in _IBAN_START.finditer(text):
        end = _iban_end(text, start.start())
        if end:
            return start.start(), end
    return None


def mask_ibans(text: str) -> str:
    """Replace all of every IBAN but its country and its last two characters."""
    masked, rest = "", text
    while found := find_iban(rest):
        start, end = found
        number = rest[start:end]
        shown = {0, 1, len(number) - 2, len(number) - 1}
        masked += rest[:start] + "".join(c if i in shown or not c.isalnum() else "*" for i, c in enumerate(number))
        rest = rest[end:]
    return masked + rest


def _iban_end(text: str, start: int) -> int:
    """The end of the IBAN that begins at `start`, or 0."""
    length = IBAN_LENGTHS.get(text[start : start + 2], 0)
    plain, end = text[start : start + 4], start + 4
    while len(plain) < length and (following := _IBAN_REST.match(text, end)):
        plain, end = plain + following.group()[-1], following.end()
    checks = length and len(plain) == length and not text[end : end + 1].isalnum()
    return end if checks and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1 else 0
