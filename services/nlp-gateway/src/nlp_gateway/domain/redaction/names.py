"""Names of people: by the words around them, and by where else in the text they stand."""

import re
from collections.abc import Iterable, Sequence

from nlp_gateway.domain.redaction.found import Found, matches

__all__ = ["PERSON", "is_acronym", "is_company", "names_again", "names_in_context"]

PERSON = "PERSON"
SURE = 0.8
"""How sure a single word must be a name for it to be one wherever else it stands."""
_NAME = r"[^\W\d_a-z][^\W\d_]{0,30}(?:[’'-][^\W\d_]{1,30}){0,3}"
_PARTICLES = r"(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ten|ter|af|av|zu|y)"
_FULL = rf"{_NAME}\.?(?:[ ](?:{_PARTICLES}[ ])*{_NAME}\.?){{0,3}}"
_TITLES = (
    r"[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Dd]r|[Pp]rof|[Ss]ir|[Dd]ame|[Mm]adam|Herr|Frau|Mme|Mlle|Monsieur|Señora?|Sra?|Sig|"
    r"Pan|Pani"
)
_LABELS = (
    r"my name(?: is|'s)|name is|(?:name|surname|contact|attn|attention|dear|signed|from|to|cc|author|owner|"
    r"directed by|written by)\s*:"
)
_RELATIONS = (
    r"called|named|by|parent|kid|son|daughter|wife|husband|partner|brother|sister|mother|father|colleague|boss|"
    r"manager|friend"
)
_SAYS = r"said|says|asked|replied|wrote|shouted|whispered|told"
_RULES = (
    re.compile(rf"\b(?:{_TITLES})\.? (?P<value>{_FULL})"),
    re.compile(rf"\b(?i:{_LABELS})\s+(?P<value>{_FULL})(?=\s|[.,;!?)]|$)"),
    re.compile(rf"\b(?:{_RELATIONS}) (?P<value>{_NAME} (?:[A-Z]\.? )?{_NAME})\b"),
    re.compile(rf"^(?:>\s*|\?+\s*)?(?P<value>{_NAME} (?:[A-Z]\.? ){{1,2}}{_NAME})\s*$", re.MULTILINE),
    re.compile(rf"(?<!\w)(?P<value>[A-Z][a-z]+ [A-Z]\. {_NAME})(?!\w)"),
    re.compile(rf"\b(?i:hi|hello|hey|dear|thanks|thank you|regards|cheers),? (?P<value>{_NAME})(?=[,.!\n]|$)"),
    re.compile(rf"\b(?:{_SAYS}|added|explained) (?P<value>{_NAME}(?: {_NAME}){{0,2}})(?=[.,:;!?\"”]|$| to )"),
    re.compile(rf"(?<!\w)(?P<value>{_NAME}(?: {_NAME}){{0,2}}) (?:{_SAYS}|lives at|lives in|was born)\b"),
)
_COMPANY = re.compile(
    r"[ ,&-]{0,3}(?:and [^\W\d_]+ )?(?:Inc|Incorporated|Corp|Corporation|LLC|Ltd|Limited|GmbH|AG|S\.?A\.?|PLC|Group|"
    r"Holdings?|Partners|Bank|Capital|Investments?|Technolog(?:y|ies)|Systems|Solutions|Software|Services|Orchestra|University|College|"
    r"School|Hospital|Airlines?|Insurance|Consulting|Industries|Enterprises|Foundation|Institute|Club|Labs?)\b",
)
_COMMON_WORDS = """
The This That These Those There Here What When Where Who Why How Which Yes No Not And But Or If So As At By For From In
Into Of On To With Please Thanks Thank Hello Hi Hey Dear Regards All Any Each Every Both I We You He She It They Us Me
My Our Your His Her Their Its Is Are Was Were Be Been Am Do Does Did Have Has Had Can Could Will Would Should May Might
Must Let Get Got Also Then Than Now Just Only Once Monday Tuesday Wednesday Thursday Friday Saturday Sunday January
February March April June July August September October November December Customer Support Team Sales Finance Manager
Director Name Email Phone Address Date Data Subject Bot User Agent Everyone Everybody Anyone Nobody Sir Madam Folks Guys
Friends Colleagues Bank God Mom Dad
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def names_in_context(text: str) -> Iterable[Found]:
    """Find names that a title, a greeting, a label, an initial or a verb of saying gives away."""
    for pattern in _RULES:
        for match in matches(pattern, text, PERSON, 0.65):
            words, start = text[match.start : match.end].split(), match.start
            while words and words[0].strip(".,") in _COMMON:
                start += len(words.pop(0)) + 1
            one = Found(start, match.end, PERSON, match.score)
            if words and not any(_is_no_name(word.strip(".,")) for word in words) and not is_company(text, one):
                yield one


def _is_no_name(word: str) -> bool:
    return word in _COMMON or is_acronym(word)


def is_acronym(word: str) -> bool:
    """Whether it is more likely an abbreviation than a name: two to five capitals."""
    return 2 <= len(word) <= 5 and word.isupper()


def is_company(text: str, one: Found) -> bool:
    """Whether its last word, or the words that follow, make it the name of a company."""
    last = text.rfind(" ", one.start, one.end)
    return bool(_COMPANY.match(text, one.end) or (last > 0 and _COMPANY.fullmatch(text, last, one.end)))


def names_again(text: str, people: Sequence[Found]) -> Iterable[Found]:
    """Find the parts of names (with a capital, three letters or more) of found people wherever else they stand."""
    parts = {
        part
        for one in people
        if one.score >= SURE or " " in text[one.start : one.end]
        for part in re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", text[one.start : one.end])
        if len(part) >= 3 and part[0].isupper() and not _is_no_name(part)
    }
    if parts:
        alternatives = "|".join(re.escape(part) for part in sorted(parts, key=lambda item: (-len(item), item)))
        again = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])")
        yield from (one for one in matches(again, text, PERSON, 0.6) if not is_company(text, one))
