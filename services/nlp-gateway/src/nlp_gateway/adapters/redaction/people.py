"""Which words are names of people and which are parts of addresses, by the tagger, spaCy and our rules together."""

import re
from collections.abc import Iterable, Sequence

from nlp_gateway.adapters.redaction.tagger import Word
from nlp_gateway.domain.redaction.addresses import ADDRESS, PLACE
from nlp_gateway.domain.redaction.found import Found
from nlp_gateway.domain.redaction.names import PERSON, is_acronym, is_company

__all__ = ["people", "places"]

SURE = 0.5
SURE_IF_SMALL = 0.6
"""The same in a text that has no capital at all."""
SURE_IF_ACRONYM = 0.95
WITH_SPACY = 0.04
"""What the tagger must think of a name that spaCy is sure of; below it the two contradict each other."""
STREET = 0.35
NUMBER_ALONE = 0.6
_BETWEEN = re.compile(
    r"[ \u00a0]?(?:[.'’`-][ \u00a0]?)?|"
    r"[ \u00a0](?:van|von|de|der|den|del|della|da|dos|du|la|le|ten|ter|af|av|zu|[A-Z]\.?)[ \u00a0]"
)


def people(text: str, words: Sequence[Word], spacy: Sequence[Found]) -> list[Found]:
    """Return the names of people; `spacy` are its PERSON and PLACE entities."""
    small = text == text.lower()
    named = [word for word in words if _is_name(text, word, spacy, small)]
    joined: list[Found] = []
    for word in named:
        last = joined[-1] if joined else None
        if last and _BETWEEN.fullmatch(text[last.end : word.start]):
            joined[-1] = Found(last.start, word.end, PERSON, max(last.score, word.name))
        else:
            joined.append(Found(word.start, word.end, PERSON, word.name))
    return [
        Found(one.start, one.end, PERSON, min(one.score, 0.85))
        for one in joined
        if one.end - one.start > 1 and not is_company(text, one)
    ]


def _is_name(text: str, word: Word, spacy: Sequence[Found], small: bool) -> bool:
    shown = text[word.start : word.end]
    if word.place > word.name or word.street > word.name or not shown[0].isalpha():
        return False
    if shown[0].islower() and not small:
        return False
    if is_acronym(shown) and not text.isupper():
        return word.name >= SURE_IF_ACRONYM
    kinds = {one.kind for one in spacy if one.start <= word.start and word.end <= one.end}
    if word.name >= (SURE_IF_SMALL if small else SURE):
        return not (PLACE in kinds and word.name < 0.65)
    return PERSON in kinds and word.name >= WITH_SPACY


def places(text: str, words: Sequence[Word]) -> Iterable[Found]:
    """Yield the words that are parts of street addresses (ADDRESS) or of what surrounds them (PLACE)."""
    for word in words:
        digits = text[word.start : word.end].isdigit()
        if word.street >= (NUMBER_ALONE if digits else STREET) and word.street >= word.name:
            yield Found(word.start, word.end, PLACE if digits else ADDRESS, word.street)
        elif max(word.place, word.street) >= STREET:
            yield Found(word.start, word.end, PLACE, word.place)
