"""Street addresses as many countries write them, and how their parts on neighbouring lines become one."""

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile

from nlp_gateway.domain.redaction.found import Found, matches

__all__ = ["ADDRESS", "PLACE", "addresses", "blocks"]

ADDRESS = "STREET_ADDRESS"
PLACE = "PLACE"
"""A town, state or country: part of an address when it stands beside one, otherwise nobody's secret."""

RULE = 0.75
"""The score of what a rule finds."""
_NUMBER = r"\d{1,6}(?:[-/]\d{1,5})?[A-Za-z]?"
_WORD = r"[^\W\d_][\w.'’-]{0,40}"
_AFTER = (
    r"street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|square|sq|terrace|ter|"
    r"crescent|cres|close|highway|hwy|parkway|pkwy|pike|trail|trl|circle|cir|row|mews|hill|grove|gardens|gdns|walk|quay|"
    r"alley|plaza|loop|esplanade|parade|ridge|run|crossing|expressway|freeway|turnpike|heights|wharf|bypass|cove|coves|"
    r"streets|gateway|squares|parks|extensions?|courts|hills|roads|route|pass"
)
_BEFORE = (
    r"rue|avenue|av\.|boulevard|bd\.?|bld\.?|all[ée]e|chemin|impasse|quai|route|place|via|viale|piazza|piazzale|corso|"
    r"vicolo|strada|largo|calle|c/|carrer|avenida|avda\.?|av|paseo|pje\.?|pasaje|plaza|camino|carretera|rua|travessa|"
    r"pra[çc]a|estrada|alameda|ul\.|ulica|al\.|aleja|os\.|pl\.|ulitsa|улица|ул\.|οδός|bulevardul|bd|aleea|"
    r"calea|şoseaua|strada|sokak|caddesi|jl\.|jalan"
)
_JOINED = (
    r"stra(?:ß|ss)e|gasse|platz|allee|damm|ufer|chaussee|vej|gade|gata|gatan|vägen|väg|veien|vegen|plass|stræde|torv|"
    r"katu|kuja|polku|laan|straat|plein|gracht|kade|dijk|singel|vænget|bakken|svinget|toften|tanya|terrasse|brücke|"
    r"sträßle|braut|stígur"
)
_UNIT = (
    r"(?:apt|apartment|suite|ste|unit|flat|fl|floor|room|rm|box|bldg|building|lot|wohnung|piso|int|esc)"
    r"\.?\s?#?\s?\w{1,6}"
)
_BOXES = (
    r"P\.? ?O\.? ?Box|Post(?:al)? ?box|Postfach|Postboks|Bo[iî]te postale|B\.?P\.|Apartado(?: postal)?|Casilla|"
    r"Caixa postal|Locked bag|GPO box"
)
_SPACED = r"stra(?:ß|ss)e|gata|gade|vej|tér|utca|út|útja|u\.|krt\.|kapu|nám\.|tř\.|katu"
_STATES = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|PR|RI|S[CD]|T[NX]|UT|V[AT]|"
    r"W[AIVY]"
)
_SAID = (
    r"address(?:es)?(?: is| are| to| as)?:?|lives? (?:at|in|on)|living at|located (?:at|in)|(?:resid|stay)\w+ at|"
    r"(?:deliver|ship|send|return|mail|sent|bring)(?:ed)? (?:\w+ ){0,2}to|meet(?:ing)? (?:\w+ ){0,2}at|"
    r"offices? (?:is|are)(?: located)? at"
)
_ANY_CASE = (
    # 12 Baker Street · 6750 N. Main St. Apt 4 · 20 9th avenue
    rf"(?<![\w.,]){_NUMBER},? (?:{_WORD} |\d{{1,4}}(?:st|nd|rd|th) |\d{{1,6}} ){{1,4}}(?:{_AFTER})\b\.?(?:,? {_UNIT})?",
    rf"(?<![\w.])\d{{1,6}} \d{{1,4}}(?:st|nd|rd|th) (?:{_AFTER})\b\.?",
    # rue de la Paix 12 · 12, rue de la Paix · ul. Miła 53 · Via Garibaldi 4/b
    rf"(?<!\w)(?:{_BEFORE}) (?:{_WORD} ){{0,4}}{_WORD},? (?:n[.º°]{{0,2}} ?)?{_NUMBER}(?!\w)",
    rf"(?<![\w.]){_NUMBER}(?: bis| ter)?,? (?:{_BEFORE}) (?:{_WORD} ?){{1,4}}",
    # Hauptstraße 5 · Mellemvej 32 · Villacher Strasse 89 · Béke tér 3.
    rf"(?<!\w)(?:{_WORD} ){{0,2}}[^\W\d_][\w.'’-]{{0,40}}(?:{_JOINED})\.? {_NUMBER}(?!\w)",
    rf"(?<!\w)(?:[^\W\d_][\w'’-]{{1,40}} ){{1,3}}(?:{_SPACED}) {_NUMBER}\.?(?!\w)",
    r"\bcorner of (?P<value>[^\n,;?!]{3,60}? and [^\n,;?!.]{3,40})",
    rf"\b(?:{_BOXES})\s?#?\s?\d{{1,7}}",
    r"(?<!\w)(?:apt|apartment|suite|ste)\.?\s#?\d{1,5}[A-Za-z]?(?!\w)",
    r"\b(?:zip|post(?:al)?)[ -]?(?:code)?s?(?:\s+(?:is|was|are)\b|\s*[:=#])?\s*"
    r"(?P<value>(?=\w*\d)[A-Z0-9]{2,6}(?:[ -][A-Z0-9]{2,4})?)(?!\w)",
)
_AS_WRITTEN = (
    # Hauptstr. 12 · Lange Str. 5 · Lindenweg 3: endings that are also those of English words
    r"(?<!\w)(?:[A-ZÄÖÜ]\w+ )?[A-ZÄÖÜ]\w*(?:str\.?|[Ss]tr\.|[a-zäöüß]weg|[a-zäöüß]ring|[a-zäöüß]hof) \d{1,4}[a-z]?"
    r"(?=,? (?:D-)?\d{4,5} [A-ZÄÖÜ])",
    r"(?<!\w)[A-ZÄÖÜ]\w{2,}str\.? \d{1,4}[a-z]?(?!\w)",
    # Military post, postal codes whose form says what they are (UK, Canada, US, Japan)
    r"\b(?:PSC|CMR|Unit)\s\d{1,6},?\s(?:Box|PO Box)\s\d{1,6}(?:\s+[ADF]PO\s(?:AA|AE|AP)\s\d{5}(?:-\d{4})?)?",
    r"\b(?:USNS|USS|USNV|USCGC) [A-Z]\w+\s+[ADF]PO (?:AA|AE|AP) \d{5}",
    r"(?<![\w-])(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2})(?![\w-])",
    r"(?<![\w-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d(?![\w-])",
    rf"(?<!\w)(?:{_STATES}) \d{{5}}(?:-\d{{4}})?(?!\w)",
    r"〒 ?\d{3}-\d{4}",
    # Said to be one: "lives at 370 Lindgren"; or 450 Præstevænget 15: a number, words with capitals, a number
    rf"\b(?:{_SAID})\s+(?P<value>\d{{1,6}} (?:{_WORD}|\d{{1,6}})(?: [A-Z][\w.'’-]{{0,40}}| \d{{1,5}}){{0,5}})",
    r"(?<![\w.,$€£])\d{2,6} (?:[^\W\d_a-z][\w.'’-]{0,40}[ ]){1,4}\d{1,5}(?![\w%.,]\d|\w)",
)
_RULES = [re.compile(one, re.IGNORECASE) for one in _ANY_CASE] + [re.compile(one) for one in _AS_WRITTEN]


def addresses(text: str) -> Iterable[Found]:
    """Find street addresses, boxes, apartments and postal codes by their forms (no list of streets is needed)."""
    for pattern in _RULES:
        yield from matches(pattern, text, ADDRESS, RULE)


_GAP = re.compile(
    r"[\s,.;>?()|/–-]{0,8}(?:nan\b[\s,]*)?(?:and\s)?(?:[A-Z]{2}\b[\s,]{0,3})?|[\s,]{0,4}[A-Z]{2}[\s,]{1,4}|"
    r"[\s,>?]{0,4}\n[\s>?]{0,4}[^\W\d_a-z][^\W\d_]*(?:[ '’.-][^\W\d_]+){0,3}[\s,>?]{0,4}\n[\s>?]{0,4}"
)
_LETTERS = re.compile(r"[^\W\d_]{3}")
_TAIL = re.compile(
    r"[\s,>?()–-]{1,8}(?:[A-Z]{2,3}[\s,]{1,3})?(?P<value>[A-Z]{0,2}-?\d{3,6}(?:[- ]\d{2,4})?)(?![\w%]|[.,]\d)"
)
_HEAD = re.compile(r"(?<![\w.,$€£%])\d{1,6},?[ ]\Z")


def blocks(text: str, found: Sequence[Found]) -> list[Found]:
    """Join addresses with the towns, countries and codes that stand around them; towns alone are left out.

    `found` are ADDRESS and PLACE finds; what stands between two parts of one address is only punctuation, line breaks
    (also quoted ones, `> `) and at most a state's two letters.
    """
    whole = []
    for parts in _groups(text, found):
        group = list(dropwhile(lambda one: one.kind == PLACE and not text[one.start].isdigit(), parts))
        if not any(
            one.kind == ADDRESS and (one.score == RULE or _LETTERS.search(text, one.start, one.end)) for one in group
        ):
            continue
        start, end = min(one.start for one in group), max(one.end for one in group)
        head = _HEAD.search(text, max(0, start - 8), start)
        tail = _TAIL.match(text, end)
        start, end = head.start() if head else start, tail.end() if tail else end
        if start and (text[start] == "-" or text[start - 1] in "-_") and not text[start - 1].isspace():
            continue  # inside a name of something else: us-east-1a
        if any(one.isdigit() for one in text[start:end]) or any(one.score == RULE for one in group):
            whole.append(Found(start, end, ADDRESS, 0.9))
    return whole


def _groups(text: str, found: Sequence[Found]) -> list[list[Found]]:
    joined: list[list[Found]] = []
    for one in sorted(found, key=lambda item: (item.start, -item.end)):
        last = max((item.end for item in joined[-1]), default=0) if joined else 0
        if joined and (one.start <= last or _GAP.fullmatch(text[last : one.start])):
            joined[-1].append(one)
        else:
            joined.append([one])
    return joined
