"""The offline matcher as a child process runs it: MiniLM and what the signals compute with load with this module."""

from aos_embeddings import MiniLm

from dcl.adapters.ontology_files import load_ontology
from dcl.domain.matching.model import Column
from dcl.domain.proposal import DataSet, propose
from dcl.domain.proposed import Proposal
from dcl.domain.sampled import SampledStream

_encoder = MiniLm()
_ontology = load_ontology()


def match(sampled: SampledStream) -> Proposal:
    """Match the stream with every entity and return the best proposal."""
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
    return propose(data_set, _ontology, _encoder.embed, _encoder.words())
