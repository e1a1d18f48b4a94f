"""Which kind of personal data a column holds, judged by its name and its values."""

import re
from collections.abc import Callable, Sequence

from aod.domain.personal.numbers import find_iban, is_card
from aod.domain.personal.texts import EMAIL, NATIONAL_ID, is_phone, keep_last, mask_phone, mask_text, mask_words

NAMES = {
    "person_name": r"(first|last|given|family|middle|full|sur|maiden|nick|contact|employee|person|patient|holder|"
    r"cardholder|passenger|guest|user|customer|manager|agent|owner|rep)_?names?|surname|forename|firstname|lastname",
    "phone": r"(.*_)?(phone|mobile|cell|tel|telephone|fax)(_?(number|no|nr))?(_\d)?",
    "email": r"(.*_)?e_?mails?(_?(address|id))?(_\d)?",
    "card": r"(.*_)?(card|credit_card|cc|pan)_?(number|no|num)",
    "iban": r"(.*_)?iban",
    "national_id": r"(.*_)?(ssn|social_security(_number)?|national_id(entifier)?|nino?|passport(_?(number|no|id))?|"
    r"tax_?payer_id|personal_(id|number|code)|drivers?_licen[cs]e(_number)?|pesel|bsn|curp|cpf|aadhaar)",
    "birth_date": r"(.*_)?(birth_?(date|day)|date_of_birth|dob)",
    "address": r"(.*_)?(street(_?(address|name|line))?(_?\d)?|(home|postal|mailing|billing|shipping)_address|"
    r"address_?line(_?\d)?)",
}
_NAMED = {kind: re.compile(pattern) for kind, pattern in NAMES.items()}
_PEOPLE = re.compile(
    r"(.*_)?(manager|agent|owner|rep|representative|employee|contact|assignee|salesperson|author|name)"
)
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}")
_FLAG = re.compile(r"true|false|yes|no|[01tfyn]", re.IGNORECASE)

SEEN: tuple[tuple[str, float, Callable[[str], bool]], ...] = (
    ("email", 0.0, lambda value: bool(EMAIL.search(value))),
    ("iban", 0.1, lambda value: find_iban(value) is not None),
    ("card", 0.6, is_card),
    ("national_id", 0.2, lambda value: bool(NATIONAL_ID.fullmatch(value.strip()))),
    ("phone", 0.3, is_phone),
)
"""Kind, share of the values that must pass (more than; one is enough for 0), and the test of a value."""


def personal_kind(name: str, values: Sequence[str]) -> str:
    """email, iban, card, national_id, phone, person_name, birth_date, address, or empty; `values` are not null."""
    header = _snake(name)
    for kind, share, passes in SEEN:
        if values and sum(map(passes, values)) > share * len(values):
            return kind
    if not values or all(_FLAG.fullmatch(value.strip()) for value in values):
        return ""
    for kind, pattern in _NAMED.items():
        if pattern.fullmatch(header):
            return kind
    people = sum(1 for value in values if _PERSON.fullmatch(value.strip()))
    return "person_name" if _PEOPLE.fullmatch(header) and _of_people(header) and people > 0.8 * len(values) else ""


def mask(value: str, kind: str) -> str:
    """Show a value of a column of this kind without telling it."""
    if kind == "email" and "@" not in value:
        return mask_words(value)
    return _MASKS.get(kind, mask_text)(value)


_MASKS: dict[str, Callable[[str], str]] = {
    "person_name": mask_words,
    "address": mask_words,
    "phone": mask_phone,
    "card": lambda value: keep_last(value, 4),
    "national_id": lambda value: keep_last(value, 2),
    "iban": lambda value: value[:2] + keep_last(value[2:], 2),
    "birth_date": lambda value: re.sub(r"\w", "*", value),
}


def _of_people(header: str) -> bool:
    """A bare `name` says nothing of whom; `account_name` and the like name things."""
    return not header.endswith("name") or header == "name"


def _snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", parted).strip("_").lower()
