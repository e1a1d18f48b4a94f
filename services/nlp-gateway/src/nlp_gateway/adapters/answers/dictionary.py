"""The `Dictionary` port: the whole words of the sentence encoder's vocabulary, of English books and encyclopaedias."""

import asyncio
import json
from functools import cache

from aos_embeddings.minilm import TOKENIZER_FILE, package_file

LETTERS = 4
"""Shorter words are never corrected, so they need not be known."""


class EncoderWords:
    """Reads the vocabulary at first use; the encoder itself is not loaded."""

    async def words(self) -> frozenset[str]:
        """Return some twenty thousand words; raises ModelFileMissing."""
        return await asyncio.to_thread(_words)


@cache
def _words() -> frozenset[str]:
    vocabulary = json.loads(package_file(*TOKENIZER_FILE).read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if len(word) > LETTERS and word.isalpha() and word.isascii())
