"""Numbers with check digits: payment cards and bank accounts, found anywhere in a text and masked in place."""

import re

_DIGIT_RUN = re.compile(r"\d(?:[ .\u00a0-]?\d){12,}")
_DECIMAL = re.compile(r"[-+]?\d+\.\d+")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
CARD_LENGTHS = range(13, 20)
CARD_FIRST = frozenset("23456")
"""First digits of payment cards (ISO/IEC 7812-1: travel, banking, merchandising); 1 begins timestamps too often."""


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


def is_iban(text: str) -> bool:
    """Whether the whole text is an IBAN with right check digits (ISO 13616, mod 97-10 of ISO 7064)."""
    plain = re.sub(r"[ -]", "", text.strip()).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain, re.ASCII):
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def find_iban(text: str) -> re.Match[str] | None:
    """The first stretch of the text that is an IBAN."""
    return next((found for found in _IBAN.finditer(text) if is_iban(found.group())), None)


def mask_ibans(text: str) -> str:
    """Replace all of an IBAN but its country and last two characters."""
    return _IBAN.sub(lambda found: _mask_iban(found.group()), text)


def _mask_iban(found: str) -> str:
    # Words may follow the number, so the longest beginning that checks is what is masked.
    for end in range(len(found), 14, -1):
        if is_iban(found[:end]) and found[end - 1].isalnum():
            number = found[:end]
            shown = {0, 1, end - 2, end - 1}
            masked = "".join(c if i in shown or not c.isalnum() else "*" for i, c in enumerate(number))
            return masked + found[end:]
    return found
