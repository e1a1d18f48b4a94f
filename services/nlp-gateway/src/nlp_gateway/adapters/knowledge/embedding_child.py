"""Passages' vectors, made in a child process: long texts take memory and seconds that questions do not wait for."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from aos_common.child import Child

from nlp_gateway.adapters.knowledge.embedder import BATCH, LONGEST, MAX_TOKENS

if TYPE_CHECKING:
    from aos_embeddings import MiniLm

__all__ = ["ChildEmbedder", "embed"]

SECONDS = 120.0
"""For one batch, with the start of the child; usually half a second."""


@cache
def _model() -> "MiniLm":
    from aos_embeddings import MiniLm  # noqa: PLC0415  40 MB of the child's, not of the service that names this module

    return MiniLm(threads=1, max_tokens=MAX_TOKENS, cache_entries=0)


def embed(texts: list[str]) -> npt.NDArray[np.float32]:
    """Return the texts' vectors; what runs in the child."""
    return _model().embed(texts)


class ChildEmbedder:
    """The `Embedding` port for documents."""

    def __init__(self) -> None:
        self._child = Child("passages", embed, timeout_seconds=SECONDS)

    async def embed(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        """Return each text's vector; raises ChildDied and ChildTimedOut."""
        vectors: list[npt.NDArray[np.float32]] = []
        cut = [text[:LONGEST] for text in texts]
        for start in range(0, len(cut), BATCH):
            vectors.extend(await self._child.call(cut[start : start + BATCH]))
        return vectors

    async def close(self) -> None:
        """End the process."""
        await self._child.close()
