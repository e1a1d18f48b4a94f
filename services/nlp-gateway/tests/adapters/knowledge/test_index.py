"""The index holds what is published, once, and nothing of what is gone."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from nlp_gateway.adapters.knowledge.words import terms
from nlp_gateway.domain.knowledge.errors import DocumentExists, DocumentNotFound

TABLES = ("documents", "staged_passages", "passages", "postings", "vectors", "terms")


async def rows(knowledge: Any, *tables: str) -> dict[str, int]:
    async with knowledge.database.tenant_tx(knowledge.tenant) as connection:
        return {table: await connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in tables or TABLES}


async def corpus(knowledge: Any) -> tuple[int, int]:
    async with knowledge.database.tenant_tx(knowledge.tenant) as connection:
        row = (await connection.execute(sa.text("SELECT passages, tokens FROM corpora"))).one()
    return row.passages, row.tokens


async def counts(knowledge: Any) -> dict[str, int]:
    async with knowledge.database.tenant_tx(knowledge.tenant) as connection:
        found = await connection.execute(sa.text("SELECT term, passages FROM terms"))
        return {row.term: row.passages for row in found}


async def test_publish_when_done_then_terms_lengths_and_counts_are_those_of_the_texts(knowledge: Any) -> None:
    texts = ("The cat sat on the mat", "Cats and dogs: dogs bark")
    await knowledge.add(*texts, title="Animals")
    expected = [terms(f"Animals\nHeading\n{text}") for text in texts]
    assert await corpus(knowledge) == (2, sum(counted.total() for counted in expected))
    assert await counts(knowledge) == {
        term: sum(term in counted for counted in expected) for term in set(expected[0]) | set(expected[1])
    }
    found = await rows(knowledge)
    assert found["postings"] == sum(map(len, expected))
    assert (found["passages"], found["vectors"], found["staged_passages"]) == (2, 2, 0)


async def test_publish_when_two_workers_do_it_then_nothing_is_there_twice(knowledge: Any) -> None:
    document_id = await knowledge.stage("one passage of text", "and another")
    at = knowledge.document(await knowledge.collection(), "").created_at
    await asyncio.gather(*(knowledge.index.publish(knowledge.tenant, document_id, at) for _ in range(4)))
    assert (await corpus(knowledge))[0] == 2
    assert (await knowledge.documents.get(knowledge.tenant, document_id)).state == "ready"


async def test_publish_when_a_passage_has_no_vector_then_nothing_is_published(knowledge: Any) -> None:
    document_id = await knowledge.stage("one passage", vectors=False)
    at = knowledge.document(await knowledge.collection(), "").created_at
    await knowledge.index.publish(knowledge.tenant, document_id, at)
    assert (await knowledge.documents.get(knowledge.tenant, document_id)).state == "ingesting"
    assert await knowledge.search("passage") == []


async def test_publish_when_the_source_is_known_then_the_new_version_takes_the_place_of_the_old(knowledge: Any) -> None:
    old = await knowledge.add("The price is ten dollars", source="file:///prices.md")
    new = await knowledge.add("The price is twelve dollars", source="file:///prices.md")
    [found] = await knowledge.search("price dollars")
    assert (found.document_id, found.text) == (new, "The price is twelve dollars")
    with pytest.raises(DocumentNotFound):
        await knowledge.documents.get(knowledge.tenant, old)
    assert "ten" not in await counts(knowledge)


async def test_publish_when_an_older_version_ends_later_then_the_newer_one_stays(knowledge: Any) -> None:
    old = await knowledge.stage("The price is ten dollars", source="file:///prices.md")
    new = await knowledge.add("The price is twelve dollars", source="file:///prices.md")
    at = knowledge.document(await knowledge.collection(), "").created_at
    await knowledge.index.publish(knowledge.tenant, old, at)
    assert [found.document_id for found in await knowledge.search("price")] == [new]
    assert (await rows(knowledge))["documents"] == 1


async def test_delete_when_done_then_no_table_has_a_row_of_it_and_the_counts_are_as_before(knowledge: Any) -> None:
    await knowledge.add("Cats sleep all day")
    before = await rows(knowledge), await corpus(knowledge), await counts(knowledge)
    gone = await knowledge.add("Dogs bark at cats", "Dogs also sleep", title="On dogs")
    await knowledge.documents.delete(knowledge.tenant, gone)
    assert (await rows(knowledge), await corpus(knowledge), await counts(knowledge)) == before
    with pytest.raises(DocumentNotFound):
        await knowledge.documents.delete(knowledge.tenant, gone)


async def test_delete_when_a_document_is_on_its_way_in_then_publishing_it_does_nothing(knowledge: Any) -> None:
    staged = await knowledge.stage("Soon to be gone")
    await knowledge.documents.delete(knowledge.tenant, staged)
    at = knowledge.document(await knowledge.collection(), "").created_at
    await knowledge.index.publish(knowledge.tenant, staged, at)
    assert set((await rows(knowledge)).values()) == {0}


async def test_add_when_the_content_is_there_then_it_is_refused_and_another_tenants_is_not(knowledge: Any) -> None:
    await knowledge.add("The same words")
    with pytest.raises(DocumentExists):
        await knowledge.add("The same words")
    await knowledge.add("The same words", collection="elsewhere")
    other = type(knowledge)(knowledge.database)
    assert isinstance(await other.add("The same words"), UUID)
    assert len(await other.search("words")) == 1
