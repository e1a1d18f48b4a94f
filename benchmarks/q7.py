"""Q7, retrieval: nDCG@10 of words, of vectors, and of both fused, on SciFact (BEIR), inside PostgreSQL.

`python -m benchmarks.q7 [--queries N]`

Corpus and queries go the way of `python -m nlp_gateway retrieve`: through the store and the statement of the service.
Beside ours stand figures from elsewhere for the same corpus: BM25 .679, MiniLM .645. Ours are of the 100 queries in
the shared data, theirs of SciFact's 300 test queries: differences below .03 say nothing. Embedding the 5,183 abstracts
takes most of the time, about 20 minutes of two busy cores.

nDCG@10: gain of a relevant document at rank r is 1 / log2(r + 1), over that of the best possible order (Järvelin and
Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002).
"""

import argparse
import asyncio
import csv
import gzip
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_local.testing import provisioned_postgres
from nlp_gateway.app.retrieve import Corpus
from nlp_gateway.entrypoints.knowledge.retrieve_command import LEGS, Row

from benchmarks.measure import ROOT

DATA = ROOT.parent / "shared" / "data" / "nlp"
REFERENCE = {"bm25": 0.679, "vectors": 0.645}
GOAL = {"bm25": 0.66, "hybrid": 0.72}


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int = 10) -> float:
    """nDCG@k of one query."""
    gained = sum(relevant.get(name, 0) / math.log2(rank + 2) for rank, name in enumerate(ranked[:k]))
    best = sorted(relevant.values(), reverse=True)[:k]
    return gained / sum(gain / math.log2(rank + 2) for rank, gain in enumerate(best))


def _qrels() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with (DATA / "scifact_qrels_dev.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["query-id"]][row["corpus-id"]] = int(row["score"])
    return found


def _corpus() -> list[Row]:
    with gzip.open(DATA / "scifact_corpus.jsonl.gz", "rt") as file:
        return [Row(row["_id"], row["title"], row["text"]) for row in map(json.loads, file)]


def _queries(most: int) -> dict[str, str]:
    with (DATA / "scifact_queries_dev.jsonl").open() as file:
        return {row["_id"]: row["text"] for row in list(map(json.loads, file))[:most]}


async def measured(url: str, most: int) -> dict[str, dict[str, float]]:
    """Read the corpus in once, and rank by each leg."""
    database, qrels, queries = Database(url, "nlp_gateway", pool_size=2), _qrels(), _queries(most)
    store, figures = Corpus(database), {}
    began = time.monotonic()
    await store.read_in(_corpus(), True, lambda line: print(line, file=sys.stderr))
    reading = time.monotonic() - began
    for leg in LEGS:
        began = time.monotonic()
        ranking = await store.rank(queries, 100, leg, lambda line: None)
        each = (time.monotonic() - began) / len(queries)
        scores = [ndcg([name for name, _ in found], qrels[query]) for query, found in ranking.items()]
        figures[leg] = {"ndcg@10": round(sum(scores) / len(scores), 4), "ms a query": round(1000 * each, 1)}
    await store.close()
    await database.close()
    return {**figures, "corpus": {"seconds to read in": round(reading, 1)}}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.q7", description=__doc__)
    parser.add_argument("--queries", type=int, default=100, help="how many queries, 100 at most")
    with provisioned_postgres(["nlp_gateway"]) as urls:
        service = urls["nlp_gateway"]
        migrate(service.owner, "nlp_gateway", migrations_folder("nlp_gateway"))
        figures = asyncio.run(measured(service.app, parser.parse_args().queries))
    print(f"{'leg':<10}{'nDCG@10':>9}{'goal':>7}{'elsewhere':>11}{'ms':>8}")
    for leg in LEGS:
        goal, other = GOAL.get(leg, ""), REFERENCE.get(leg, "")
        print(f"{leg:<10}{figures[leg]['ndcg@10']:>9.4f}{goal:>7}{other:>11}{figures[leg]['ms a query']:>8.1f}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
