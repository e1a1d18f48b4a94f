"""Extractive answers: the sentences of passages that say most about a question, as exact spans."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.words import key

MAX_QUOTE = 400
MAX_QUOTES = 3
PER_PASSAGE = 3
NEAR, SPREAD = 0.4, 0.2
MIN_COVERED = 0.5
"""Share of a question's words that a passage must hold to be an answer to it."""
_SENTENCE = re.compile(r"[^\s.!?\n][^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")


@dataclass(frozen=True)
class Quote:
    """A sentence of a passage: characters [start, end) of its text."""

    passage: int
    start: int
    end: int
    text: str


def candidates(question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Quote]:
    """Return the sentences that may answer, best passage first: those that share most words with the question.

    `passages` are (text, titles and headings around it). A passage that lacks half of the question's words is about
    something else. Words of the title and the headings count for the passage, not for a sentence.
    """
    wanted = set(key(question))
    found: list[Quote] = []
    for number, (text, around) in enumerate(passages):
        said = wanted & ({*key(text)} | {root for one in around for root in key(one)})
        if wanted and len(said) / len(wanted) >= MIN_COVERED:
            ranked = sorted(_sentences(number, text), key=lambda one: -len(wanted & set(key(one.text))))
            found += [one for one in ranked[:PER_PASSAGE] if wanted & set(key(one.text))]
    return found


def _sentences(number: int, text: str) -> list[Quote]:
    found = []
    for match in _SENTENCE.finditer(text):
        start, end = match.start(), min(match.end(), match.start() + MAX_QUOTE)
        said = text[start:end].rstrip()
        # A quote within a quote could not be told from its end.
        if said and not set(said) & set('“”"'):
            found.append(Quote(number, start, start + len(said), said))
    return found


def chosen(found: Sequence[Quote], nearness: Sequence[float]) -> list[Quote]:
    """Return up to three sentences, nearest in meaning to the question first; none when none is near.

    `NEAR` is where MiniLM's cosines of questions and unrelated sentences end; one that is much less near than the best
    adds nothing.
    """
    ranked = sorted(zip(nearness, found, strict=True), key=lambda pair: -pair[0])
    best = ranked[0][0] if ranked else 0.0
    kept: list[Quote] = []
    for near, quote in ranked:
        if near >= max(NEAR, best - SPREAD) and quote.text not in [one.text for one in kept]:
            kept.append(quote)
    return kept[:MAX_QUOTES]


def place(title: str, headings: Sequence[str]) -> str:
    """Return where a quote stands; a title that is the first heading, too, is said once."""
    below = headings[1:] if headings and headings[0] == title else headings
    return " › ".join((title, *below))


def telling(quotes: Sequence[tuple[str, str, int]]) -> str:
    """Return the text of (quote, place, citation number) triples."""
    return " ".join(f"“{quote}” ({place}) [{number}]." for quote, place, number in quotes)
