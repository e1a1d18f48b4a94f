"""Sentence vectors, made in one thread that never blocks the loop."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from aos_embeddings import MiniLm

__all__ = ["BATCH", "LONGEST", "MAX_TOKENS", "Embedder", "as_literal"]

MAX_TOKENS = 256
"""The length MiniLM was trained on (its model card)."""
BATCH = 4
"""Texts at once: more of this length only wait for the longest among them, and take memory."""
_KEPT = 2_000
"""Questions whose vectors are kept, 3 MB."""
LONGEST = 4000
"""Characters handed to the tokenizer, which would look at all of a text before it cuts it to MAX_TOKENS."""


class Embedder:
    """Texts to unit vectors of 384 numbers."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._model: MiniLm | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embed")

    async def embed(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        """Return each text's vector."""
        vectors: list[npt.NDArray[np.float32]] = []
        loop = asyncio.get_running_loop()
        cut = [text[:LONGEST] for text in texts]
        for start in range(0, len(cut), BATCH):
            made = await loop.run_in_executor(self._pool, self._embed, cut[start : start + BATCH])
            vectors.extend(made)
        return vectors

    def _embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if self._model is None:
            from aos_embeddings import MiniLm  # noqa: PLC0415  40 MB that a process without questions does without

            self._model = MiniLm(threads=self._threads, max_tokens=MAX_TOKENS, cache_entries=_KEPT)
        return self._model.embed(texts)

    async def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def as_literal(vector: npt.NDArray[np.float32]) -> str:
    """Return pgvector's text form."""
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
