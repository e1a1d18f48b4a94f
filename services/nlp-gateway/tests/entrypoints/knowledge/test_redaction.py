"""The way in with the redactor that the service has: nothing that reaches a person or a system is stored."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from nlp_gateway.adapters.redaction.redactors import ChildRedactor

PERSONAL = ("ann.miller@acme.com", "415 555 0132", "4111 1111 1111 1111", "AKIAIOSFODNN7EXAMPLE", "Miller")
TEXT = """# Who to call

Ask Ann Miller, ann.miller@acme.com or +1 415 555 0132, about cards such as 4111 1111 1111 1111.

| Contact | Mail |
|---|---|
| Ann Miller | ann.miller@acme.com |

The key AKIAIOSFODNN7EXAMPLE opens the bucket. Flights are booked by the travel desk.
"""


@pytest.fixture
async def redactor() -> AsyncIterator[ChildRedactor]:
    redactor = ChildRedactor()
    yield redactor
    await redactor.close()


async def test_document_when_the_real_redactor_looks_through_it_then_no_table_has_what_it_found(
    user: Any, database: Database
) -> None:
    document = await user.add(TEXT, media_type="text/markdown")
    assert document["state"] == "ready", document["error"]
    async with database.tenant_tx(user.tenant) as connection:
        for table in ("documents", "passages", "staged_passages", "terms", "jobs"):
            stored = " ".join((await connection.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars())
            for text in PERSONAL:
                assert text.lower() not in stored.lower(), (table, text)
    found = (await user.search("Who books flights?"))[0]
    assert "travel desk" in found["text"]
    assert found["text"].startswith("The key <")
