"""Many tenants of very different size in one index: nobody's passage comes to anybody else, and nobody gets too few.

AOS_ISOLATION_QUERIES sets how many queries are generated: 1,000 unless told, 20,000 over 50 tenants for the record.
"""

import os
import random
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from nlp_gateway.adapters.knowledge import search
from nlp_gateway.domain.knowledge.collection import Access
from nlp_gateway.ports.passages import Reader

QUERIES = int(os.environ.get("AOS_ISOLATION_QUERIES", "1000"))
TENANTS = 50 if QUERIES > 5_000 else 15
LARGEST = 1_500 if QUERIES > 5_000 else 250
WORDS = [f"w{number}" for number in range(400)]
ROLES = ("board", "viewer", "operator", "")


@dataclass
class Tenant:
    """A tenant's knowledge base; `open` and `closed` are how many passages everybody and the board may read."""

    base: Any
    mark: str
    open: int
    closed: int
    ids: set[str]


def texts(chance: random.Random, mark: str, count: int, kind: str) -> list[str]:
    return [f"{' '.join(chance.choices(WORDS, k=12))} {mark} {kind}" for _ in range(count)]


@pytest.fixture
async def tenants(database: Database, knowledge: Any) -> list[Tenant]:
    chance = random.Random(5)
    made = []
    for rank in range(1, TENANTS + 1):
        base, mark = type(knowledge)(database), f"mark{uuid4().hex[:8]}"
        opened, closed = max(LARGEST // rank, 3), max(LARGEST // rank // 5, 1)
        await base.collection("board", Access(roles=("board",)))
        ids = set()
        for kind, count in (("open", opened), ("closed", closed)):
            for start in range(0, count, 200):
                part = texts(chance, mark, min(200, count - start), kind)
                ids.add(str(await base.add(*part, collection="board" if kind == "closed" else "general")))
        made.append(Tenant(base, mark, opened, closed, ids))
    return made


async def failures(tenants: list[Tenant], queries: int, chance: random.Random) -> tuple[list[str], list[str]]:
    """Ask, as anybody might; return what came from elsewhere, and what came short."""
    wrong, short = [], []
    for _ in range(queries):
        mine, other = chance.choice(tenants), chance.choice(tenants)
        role = chance.choice(ROLES)
        question = " ".join(
            [*chance.choices(WORDS, k=chance.randint(1, 8)), other.mark, chance.choice(sorted(other.ids))]
        )
        named = chance.choice(
            ([], [], ["general"], ["board"], ["general", "board"], [str(other.base.tenant)], ["' OR true --", "%"])
        )
        limit = chance.choice((1, 5, 10, 50, 100))
        reader = Reader(mine.base.tenant, chance.choice(["", str(uuid4())]), frozenset({role} - {""}))
        found = await mine.base.passages.search(reader, question, limit=limit, collections=named)
        for passage in found:
            closed = passage.text.endswith("closed")
            if (
                mine.mark not in passage.text
                or str(passage.document_id) not in mine.ids
                or (closed and role != "board")
            ):
                wrong.append(passage.text)
        readable = mine.open * (not named or "general" in named)
        readable += mine.closed * (role == "board" and (not named or "board" in named))
        if len(found) != min(limit, readable):
            short.append(f"{len(found)} of {min(limit, readable)}")
    return wrong, short


async def test_search_when_asked_in_every_way_then_no_passage_is_anybody_elses_and_none_is_missing(
    tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    assert await failures(tenants, QUERIES // 4, chance) == ([], [])
    # The same by the sign bits that large tenants are searched by.
    monkeypatch.setattr(search, "EXACT", 0)
    assert await failures(tenants, QUERIES // 4, chance) == ([], [])


@pytest.mark.parametrize("exact", [20_000, 0])
async def test_search_when_row_security_is_the_only_wall_then_it_holds_all_the_same(
    tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    statement = search._STATEMENT
    for name in ("o", "p", "t", "v", "d"):
        statement = statement.replace(f"{name}.tenant_id = :tenant", "true")
    statement = statement.replace("tenant_id = :tenant", "true")
    assert "tenant" not in statement
    for tenant in tenants:
        tenant.base.passages._statement = sa.text(statement)
    monkeypatch.setattr(search, "EXACT", exact)
    assert await failures(tenants, QUERIES // 4, random.Random(9)) == ([], [])
