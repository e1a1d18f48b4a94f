"""Personal data that stands in any text: found and masked wherever it is, keeping the format."""

import re

from aod.domain.personal.numbers import mask_cards, mask_ibans

_AT = re.compile(r"([^\s@<>,;()\[\]|]+)@([^\s@<>,;()\[\]|]+)")
EMAIL = re.compile(r"[^\s@<>,;()\[\]|]+@[^\s@<>,;()\[\]|]+\.[^\W\d_]{2,}")
PHONE = re.compile(
    r"(?<![\w.])(?:\+\d[\d ().\-/]{5,18}\d|\(\d{2,5}\)[ ]?\d[\d \-.]{4,12}\d|\d{3}[-. ]\d{3}[-. ]\d{4}|"
    r"0\d{1,4}[ /-]\d[\d \-/]{4,12}\d)(?![\w])"
)
NATIONAL_ID = re.compile(r"(?<![\w-])(?:\d{3}-\d{2}-\d{4}|[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D])(?![\w-])")
"""US social security numbers and UK national insurance numbers; others are known by their column's name."""
_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([ T].*)?")
STARS = "***"


def mask_text(text: str) -> str:
    """Mask e-mail addresses, cards, IBANs, national ids and phone numbers inside a text."""
    masked = mask_ibans(_AT.sub(_mask_email, text))
    return PHONE.sub(_mask_phone, mask_digits_of_ids(mask_cards(masked)))


def mask_digits_of_ids(text: str) -> str:
    """Mask national ids inside a text but for their last two characters."""
    return NATIONAL_ID.sub(lambda found: keep_last(found.group(), 2), text)


def keep_last(text: str, shown: int) -> str:
    """Replace letters and digits but the last `shown`; separators stay, so that the format shows."""
    places = [place for place, character in enumerate(text) if character.isalnum()]
    hidden = set(places[: max(1, len(places) - shown)] if places else ())
    return "".join("*" if place in hidden else character for place, character in enumerate(text))


def mask_words(text: str) -> str:
    """Keep the first character of each word: `D*** A***`."""
    return re.sub(r"\S+", lambda word: word.group()[0] + STARS, text)


def mask_phone(text: str) -> str:
    """Replace all digits of a phone number but the last two."""
    return keep_last(text, 2)


def is_phone(text: str) -> bool:
    """Whether the whole text is a phone number by its form: separators or a plus, 7 to 15 digits (ITU-T E.164)."""
    digits = sum(character.isdecimal() for character in text)
    return 7 <= digits <= 15 and bool(PHONE.fullmatch(text.strip())) and not _DATE.fullmatch(text.strip())


def _mask_phone(found: re.Match[str]) -> str:
    return mask_phone(found.group()) if is_phone(found.group()) else found.group()


def _mask_email(found: re.Match[str]) -> str:
    local, domain = found.groups()
    host, dot, top = domain.rpartition(".")
    shown = f"{host[0]}{STARS}.{top}" if dot and host and top.isalpha() else f"{domain[0]}{STARS}"
    return f"{local[0]}{STARS}@{shown}"
