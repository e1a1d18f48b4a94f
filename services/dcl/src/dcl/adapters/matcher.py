"""The `Matcher` port: the offline matcher in one worker thread, with MiniLM loaded at first use."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aos_embeddings import MiniLm

from dcl.domain.matching.model import Column
from dcl.domain.ontology import Ontology
from dcl.domain.proposal import DataSet, Proposal, propose
from dcl.domain.sampled import SampledStream


class OfflineMatcher:
    """Proposes mappings; one at a time, since each uses the processors fully."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._encoder = MiniLm()
        self._thread = ThreadPoolExecutor(1, "matcher")

    async def propose(self, sampled: SampledStream) -> Proposal:
        """Match the stream with every entity and return the best proposal."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._propose, sampled)

    def _propose(self, sampled: SampledStream) -> Proposal:
        columns = tuple(
            Column(
                name=column.name,
                type=column.type or None,
                description=column.description or None,
                values=tuple(value or None for value in column.values),
            )
            for column in sampled.columns
        )
        data_set = DataSet(sampled.stream, columns, sampled.primary_key)
        return propose(data_set, self.ontology, self._encoder.embed, self._encoder.words())
