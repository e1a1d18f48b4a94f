"""The example company in a real lake behind a real DCL, and the NLP gateway's use cases asking it over gRPC.

No gateway, identity or mesh takes part: DCL's RPCs are served in this process to the tokens of a test's issuer.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from aos_common.grpc import bearer
from aos_common.objects import ObjectStore
from aos_common.testing import Issuer
from aos_embeddings import MiniLm
from aos_local.demo.company import Company, make_company
from aos_local.demo.unified import unified, write_canonical
from autonomos.dcl.v1 import views_pb2 as vp
from autonomos.dcl.v1.views_pb2_grpc import ViewServiceStub
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.metrics_files import load_metrics
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.ontology import Ontology
from dcl.entrypoints import grpc as view_rpcs
from dcl.entrypoints.api import DclApi
from dcl.entrypoints.metrics import grpc as metric_rpcs
from dcl.entrypoints.metrics.api import MetricsApi
from nlp_gateway.adapters.answers.dictionary import EncoderWords
from nlp_gateway.adapters.answers.nearness import EmbeddingNearness
from nlp_gateway.adapters.answers.semantic_layer import DclMetrics
from nlp_gateway.domain.answers.model import Answer, Citation
from nlp_gateway.ports.asking import Asker
from nlp_gateway.ports.models import Models
from nlp_gateway.ports.understanding import Reading, Understanding
from nlp_gateway.usecases.answers.answering import Answering
from nlp_gateway.usecases.answers.ask import ask

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""The company's data ends on 31 October 2026: "last month" is its last."""


@dataclass(frozen=True)
class Ground:
    """What questions are asked of."""

    company: Company
    tenant: UUID
    token: str
    issuer: Issuer
    answering: Answering
    views: Any

    async def ask(self, question: str, persona: str = "") -> Answer:
        """Return the answer to a question of the company's owner."""
        return await self.ask_as(Asker(self.tenant, "owner", frozenset({"owner"}), self.token), question, persona)

    def asker(self, tenant: UUID, role: str) -> Asker:
        """Return somebody of a tenant, with a token that says so."""
        return Asker(tenant, role, frozenset({role}), self.issuer.token(tenant, (role,)))

    async def ask_as(self, asker: Asker, question: str, persona: str = "") -> Answer:
        """Return the answer to a question."""
        answers = [step async for step in ask(asker, question, persona, answering=self.answering)]
        assert isinstance(answers[-1], Answer)
        return answers[-1]

    async def rows_of(self, citation: Citation) -> int:
        """Open a citation: count the rows that its filters select at its snapshot, through QueryView."""
        filters = [
            vp.Filter(column=one.column, op=one.op, values=one.values, json_key=one.json_key)
            for one in citation.filters
        ]
        found, token = 0, ""
        while True:
            request = vp.QueryViewRequest(
                view=citation.view,
                filters=filters,
                snapshot=citation.snapshot,
                page_size=1000,
                page_token=token,
                columns=["_entity_id"],
            )
            page = await self.views.QueryView(request, metadata=bearer(self.token), timeout=30)
            found, token = found + len(page.rows), page.next_page_token
            if not token:
                return found


@asynccontextmanager
async def company_ground(
    lake_url: str, objects: Path, understanding: Understanding, *, models: Models | None = None
) -> AsyncIterator[Ground]:
    """Load the example company for a tenant of its own, and yield what answers questions about it."""
    company, tenant, issuer = make_company(), uuid4(), Issuer()
    ontology = load_ontology()
    connections = LakeConnections(LakeSettings(lake_url, f"file://{objects}"), ontology.entities)
    lake = DuckLake(connections, ObjectStore(f"file://{objects}"), ontology)
    nothing: Any = Nothing()
    dcl = DclApi(ontology, nothing, nothing, lake, nothing, nothing, lambda: TODAY, nothing)
    metrics = MetricsApi(load_metrics(ontology), ontology, lake)
    try:
        await _fill(lake, ontology, company, tenant, objects)
        async with issuer.rpc(partial(metric_rpcs.register, metrics), partial(view_rpcs.register, dcl)) as channel:
            answering = Answering(
                layer=DclMetrics(channel),
                platform=nothing,
                passages=nothing,
                understanding=understanding,
                redactor=nothing,
                models=models or nothing,
                nearness=EmbeddingNearness(embed),
                dictionary=EncoderWords(),
                clock=lambda: TODAY,
            )
            yield Ground(company, tenant, issuer.token(tenant), issuer, answering, ViewServiceStub(channel))
    finally:
        await lake.close()


async def _fill(lake: DuckLake, ontology: Ontology, company: Company, tenant: UUID, objects: Path) -> None:
    for entity, rows in unified(company).items():
        key = f"aam/canonical/{entity}.parquet"
        write_canonical(objects / str(tenant) / key, rows)
        await lake.apply(tenant, ontology.entity(entity), f"company/{entity}", [key], snapshot=0)


_ENCODER = MiniLm(max_tokens=64)


async def embed(texts: Sequence[str]) -> list[Any]:
    """Return each text's vector."""
    return list(await asyncio.to_thread(_ENCODER.embed, texts))


class Nothing:
    """Stands where questions over data need nothing: no model, no document, no person's name is there."""

    async def of(self, tenant_id: UUID) -> None:
        """No model is configured."""

    async def findings(self, *_: Any) -> list[Any]:
        """No agent has run."""
        return []

    async def search(self, *_: Any, **__: Any) -> list[Any]:
        """There is no document."""
        return []


class AlwaysData:
    """Reads every question as one over data, of the given persona."""

    def __init__(self, persona: str = "cfo") -> None:
        self._persona = persona

    async def read(self, question: str) -> Reading:
        """Return the same reading."""
        return Reading(self._persona, 1.0, "data_question", 1.0)
