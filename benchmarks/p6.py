"""P6, latency of hybrid search: 100,000 passages of 200 tenants of very different size, and vector search alone.

`python -m benchmarks.p6 [--passages N] [--tenants N] [--queries N] [--largest N]`

Sizes fall as 1 / rank (the largest of 200 tenants has a sixth of all passages, the smallest 85). Words are drawn from
a vocabulary of 40,000 as 1 / rank, vectors are random: what is measured is the work, not what is found. Rows are loaded
as the service writes them. A query is one transaction with the one statement, from Python; embedding the question
(about 10 ms) comes before it and is not in the figures. Each tenant is asked by words and meaning, and by meaning
alone, in turns. `--largest 20000` gives the largest tenant so many passages.
"""

import argparse
import asyncio
import io
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import psycopg
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_local.testing import provisioned_postgres
from nlp_gateway.adapters.knowledge.embedder import Embedder, as_literal
from nlp_gateway.adapters.knowledge.search import PostgresPassages, Weights
from nlp_gateway.ports.passages import Reader

VOCABULARY = 40_000
STOPPED = 30
"""The most frequent words, which an index leaves out."""
WORDS_A_PASSAGE = 120
WORDS_A_QUESTION = 10
TOGETHER = 20
"""Passages of a document, which come in together."""


@dataclass
class Tenant:
    """One tenant, while its rows are made."""

    id: UUID
    size: int
    tokens: int = 0
    terms: Counter[int] = field(default_factory=Counter)


class Words:
    """Words by their rank, drawn as 1 / rank."""

    def __init__(self, seed: int) -> None:
        share = 1 / np.arange(1, VOCABULARY + 1)
        self._until = (share / share.sum()).cumsum()
        self._random = np.random.default_rng(seed)

    def draw(self, count: int) -> npt.NDArray[np.int64]:
        """So many words, without those that are left out."""
        found = np.searchsorted(self._until, self._random.random(count))
        return found[found >= STOPPED]

    def vector(self) -> npt.NDArray[np.float32]:
        """A random unit vector."""
        made = self._random.standard_normal(384).astype(np.float32)
        return made / np.linalg.norm(made)


def sizes(passages: int, tenants: int, largest: int) -> list[int]:
    """Falling as 1 / rank."""
    share = 1 / np.arange(1, tenants + 1)
    found = [max(int(passages * one), 5) for one in share / share.sum()]
    return [largest or found[0], *found[1:]]


def load(url: str, tenants: list[Tenant]) -> None:
    """Write every tenant's rows, document by document in a random order of tenants, as they come in in life."""
    words, chance = Words(1), random.Random(1)
    documents = [(tenant, start) for tenant in tenants for start in range(0, tenant.size, TOGETHER)]
    chance.shuffle(documents)
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path = nlp_gateway, public")
        connection.execute("SET session_replication_role = replica")  # keys are right by construction
        for begin in range(0, len(documents), 200):
            rows = {"vectors": io.StringIO(), "postings": io.StringIO(), "passages": io.StringIO()}
            for tenant, start in documents[begin : begin + 200]:
                for number in range(start, min(start + TOGETHER, tenant.size)):
                    _passage(rows, tenant, number + 1, words)
            for table, text in rows.items():
                _copy(connection, table, text.getvalue())
            connection.commit()
            print(f"{min(begin + 200, len(documents))} of {len(documents)} documents loaded", file=sys.stderr)
        for tenant in tenants:
            _counts(connection, tenant)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _passage(rows: dict[str, io.StringIO], tenant: Tenant, number: int, words: Words) -> None:
    counted = Counter(words.draw(WORDS_A_PASSAGE).tolist())
    vector, tokens = words.vector(), counted.total()
    bits = "".join("1" if one > 0 else "0" for one in vector)
    rows["vectors"].write(f"{tenant.id}\t{number}\t1\t{bits}\t{as_literal(vector)}\n")
    for term, times in sorted(counted.items()):
        rows["postings"].write(f"{tenant.id}\t{term}\t{number}\t1\t{times}\t{tokens}\n")
    place = f"{tenant.id}\t{number}\t{tenant.id}\t{number}\t{{}}\t0\t800"
    rows["passages"].write(f"{place}\t{'lorem ipsum ' * 66}\t{tokens}\t{{{','.join(map(str, counted))}}}\n")
    tenant.terms.update(counted.keys())
    tenant.tokens += tokens


def _counts(connection: "psycopg.Connection[tuple[object, ...]]", tenant: Tenant) -> None:
    terms = "".join(f"{tenant.id}\tw{term}\t{term}\t{times}\n" for term, times in tenant.terms.items())
    _copy(connection, "terms", terms)
    corpus = (tenant.id, tenant.size, tenant.tokens)
    connection.execute("INSERT INTO corpora VALUES (%s, %s, %s, 1, 1, 1)", corpus)
    collection = (tenant.id, tenant.id)
    connection.execute("INSERT INTO collections VALUES (%s, %s, 1, 'general', '{}', '{}', now())", collection)
    columns = "'A title', 'text', '', 'text/plain', '', 0, 'ready', '', 0, 0, 0, '', now(), now()"
    connection.execute(f"INSERT INTO documents VALUES (%s, %s, %s, {columns})", (*collection, tenant.id))


def _copy(connection: "psycopg.Connection[tuple[object, ...]]", table: str, text: str) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(text)


async def latencies(url: str, tenant: Tenant, queries: int) -> dict[str, dict[str, float]]:
    """Milliseconds of searches in one tenant, hybrid and vectors alone in turns."""
    database, words = Database(url, "nlp_gateway", pool_size=1), Words(tenant.size)
    embedder = Embedder()
    ways = {
        "hybrid": PostgresPassages(database, embedder),
        "vectors": PostgresPassages(database, embedder, Weights(lexical=0)),
    }
    reader = Reader(tenant.id, "p6", frozenset())
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(queries + 10):
        question = " ".join(f"w{word}" for word in words.draw(2 * WORDS_A_QUESTION)[:WORDS_A_QUESTION])
        vector = words.vector()
        for name, passages in ways.items():
            began = time.perf_counter()
            answers = await passages.find(reader, question, vector, limit=8)
            if number >= 10:  # the first ones warm caches and plans up
                found[name].append(1000 * (time.perf_counter() - began))
            assert len(answers) == min(8, tenant.size)
    await database.close()
    return {name: {"p50": _at(times, 50), "p99": _at(times, 99)} for name, times in found.items()}


def _at(times: list[float], percent: float) -> float:
    return round(float(np.percentile(times, percent)), 1)


def measured(options: argparse.Namespace) -> Iterator[tuple[Tenant, dict[str, dict[str, float]]]]:
    """Load, and ask the largest, two between and the smallest."""
    tenants = [Tenant(uuid4(), size) for size in sizes(options.passages, options.tenants, options.largest)]
    with provisioned_postgres(["nlp_gateway"]) as urls:
        service = urls["nlp_gateway"]
        migrate(service.owner, "nlp_gateway", migrations_folder("nlp_gateway"))
        load(urls.admin.rsplit("/", 1)[0] + "/autonomos", tenants)
        for rank in sorted({0, 9, options.tenants // 2, options.tenants - 1} & set(range(options.tenants))):
            yield tenants[rank], asyncio.run(latencies(service.app, tenants[rank], options.queries))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.p6", description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000, help="of all tenants together")
    parser.add_argument("--tenants", type=int, default=200)
    parser.add_argument("--queries", type=int, default=300, help="a tenant and way")
    parser.add_argument("--largest", type=int, default=0, help="passages of the largest tenant, instead of its share")
    said = {}
    print(f"{'passages':>9}  {'hybrid p50':>10} {'p99':>7}  {'vectors p50':>11} {'p99':>7}   ms; goal: 20, 60")
    for tenant, figures in measured(parser.parse_args()):
        one, other = figures["hybrid"], figures["vectors"]
        print(f"{tenant.size:>9}  {one['p50']:>10} {one['p99']:>7}  {other['p50']:>11} {other['p99']:>7}", flush=True)
        said[str(tenant.size)] = figures
    print(json.dumps(said))


if __name__ == "__main__":
    main()
