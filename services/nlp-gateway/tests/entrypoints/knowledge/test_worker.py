"""A worker that dies in the middle: another goes on from there, and nothing is there twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from aos_common.db import Database
from nlp_gateway.app.knowledge import Knowledge

TEXT = "\n\n".join(f"Paragraph {number} tells of matter {number}. " + "It goes on. " * 80 for number in range(40))


class Dies(BaseException):
    """What kill -9 is to a process."""


class Counting:
    """Counts what is embedded; after `lives` calls it dies."""

    def __init__(self, embedding: Any, lives: int) -> None:
        self._embedding, self.lives, self.texts = embedding, lives, 0

    async def embed(self, texts: Sequence[str]) -> Any:
        if self.lives == 0:
            raise Dies
        self.lives -= 1
        self.texts += len(texts)
        return await self._embedding.embed(texts)


class Instant:
    """An embedder that takes no time."""

    async def embed(self, texts: Sequence[str]) -> Any:
        return [np.full(384, 384**-0.5, dtype=np.float32) for _ in texts]


@pytest.mark.parametrize("lives", [0, 1, 2])
async def test_ingestion_when_its_worker_dies_then_another_continues_and_doubles_nothing(
    base: Knowledge, sign_in: Any, database: Database, monkeypatch: pytest.MonkeyPatch, lives: int
) -> None:
    user = sign_in()
    counting = Counting(Instant(), lives)
    dying = replace(base.api, ingestion=replace(base.api.ingestion, embedding=counting))
    # No worker takes this job: the test is the worker.
    monkeypatch.setattr("nlp_gateway.adapters.knowledge.documents.INGEST", "nobody's")
    made = await user.call("POST", "/documents", json={"text": TEXT, "title": "Long"})
    document = made.json()["id"]
    with pytest.raises(Dies):
        await dying.ingest(user.tenant, UUID(document))
    half = (await user.call("GET", f"/documents/{document}")).json()
    assert (half["state"], half["chunks_done"]) == ("ingesting", counting.texts)
    assert half["chunks_total"] > 32
    assert await user.search("matter") == []

    counting.lives = 1000
    await asyncio.gather(*(dying.ingest(user.tenant, UUID(document)) for _ in range(2)))
    done = (await user.call("GET", f"/documents/{document}")).json()
    assert (done["state"], done["chunks_done"]) == ("ready", half["chunks_total"])
    async with database.tenant_tx(user.tenant) as connection:
        for table in ("passages", "vectors"):
            assert await connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == half["chunks_total"]
        assert await connection.scalar(sa.text("SELECT passages FROM corpora")) == half["chunks_total"]
        assert await connection.scalar(sa.text("SELECT count(*) FROM staged_passages")) == 0


async def test_progress_when_another_worker_has_published_already_then_stays_at_all(
    base: Knowledge, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = sign_in()
    monkeypatch.setattr("nlp_gateway.adapters.knowledge.documents.INGEST", "nobody's")
    document = (await user.call("POST", "/documents", json={"text": TEXT, "title": "Long"})).json()["id"]
    faster = replace(base.api, ingestion=replace(base.api.ingestion, embedding=Instant()))

    class Overtaken(Instant):
        async def embed(self, texts: Sequence[str]) -> Any:
            await faster.ingest(user.tenant, UUID(document))
            return await super().embed(texts)

    slower = replace(base.api, ingestion=replace(base.api.ingestion, embedding=Overtaken()))
    await slower.ingest(user.tenant, UUID(document))
    done = (await user.call("GET", f"/documents/{document}")).json()
    assert (done["state"], done["chunks_done"]) == ("ready", done["chunks_total"])
    assert done["chunks_total"] > 32
