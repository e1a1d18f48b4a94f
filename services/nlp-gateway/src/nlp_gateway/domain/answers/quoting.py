"""Extractive answers: the sentences of passages that say most about a question, as exact spans."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.words import key

MAX_QUOTE = 400
MAX_QUOTES = 3
MIN_COVERED = 0.5
"""Share of a question's words that a passage must hold to be an answer to it."""
_SENTENCE = re.compile(r"[^\s.!?\n][^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")


@dataclass(frozen=True)
class Quote:
    """Characters [start, end) of a passage's text, and how much of the question they cover."""

    start: int
    end: int
    covered: float


def best_quote(question: str, text: str, around: Iterable[str] = ()) -> Quote | None:
    """Return the sentence that covers most of a question; None when the passage is about something else.

    Words of the title and the headings `around` the passage count for the passage, not for a sentence.
    """
    wanted = set(key(question))
    if not wanted:
        return None
    covered = len(wanted & ({*key(text)} | {root for one in around for root in key(one)})) / len(wanted)
    if covered < MIN_COVERED:
        return None
    best: Quote | None = None
    for found in _SENTENCE.finditer(text):
        start, end = found.start(), min(found.end(), found.start() + MAX_QUOTE)
        said = text[start:end].rstrip()
        if not said or "”" in said or "“" in said or '"' in said:
            continue  # a quote within a quote could not be told from its end
        shared = len(wanted & set(key(said)))
        if shared and (best is None or shared > best.covered):
            best = Quote(start, start + len(said), shared)
    return Quote(best.start, best.end, covered) if best else None


def telling(quotes: Sequence[tuple[str, str, int]]) -> str:
    """Return the text of (quote, place, citation number) triples."""
    return " ".join(f"“{quote}” ({place}) [{number}]." for quote, place, number in quotes)
