"""The `Nearness` port: cosines of sentence embeddings."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import numpy.typing as npt

Embed = Callable[[Sequence[str]], Awaitable[Sequence[npt.NDArray[np.float32]]]]
"""Turns texts into unit vectors, away from the loop."""


class EmbeddingNearness:
    """Ranks texts by meaning."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    async def rank(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """Return each other text's cosine to the text."""
        first, *rest = await self._embed([text, *others])
        return [float(np.dot(first, one)) for one in rest]
