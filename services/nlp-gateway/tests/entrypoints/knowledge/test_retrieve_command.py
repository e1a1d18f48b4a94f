"""`python -m nlp_gateway retrieve` as it is typed, with a PostgreSQL of its own."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CORPUS = [
    {"_id": "cats", "title": "Cats", "text": "Cats sleep through most of the day and hunt mice at night."},
    {"_id": "tax", "title": "", "text": "Value added tax is due on the tenth day of the month that follows."},
    {"_id": "long", "title": "Rivers", "text": "The Danube flows east. " * 90 + "Sturgeon swim up the river."},
    {"_id": "empty", "title": "Nothing", "text": ""},
]
QUERIES = [{"_id": "1", "text": "When do I pay VAT, the value added tax?"}, {"_id": "2", "text": "fish in the Danube"}]


def retrieve(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "nlp_gateway", "retrieve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def lines(path: Path, rows: list[Any]) -> str:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def test_retrieve_when_given_a_corpus_then_each_query_ranks_documents_once(tmp_path: Path) -> None:
    corpus, queries = lines(tmp_path / "c.jsonl.gz", CORPUS), lines(tmp_path / "q.jsonl", QUERIES)
    done = retrieve("--corpus", corpus, "--queries", queries, "--k", "10", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [found[query][0][0] for query in ("1", "2")] == ["tax", "long"]
    for ranked in found.values():
        assert sorted(name for name, _ in ranked) == ["cats", "empty", "long", "tax"]
        assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)
    assert "4 of 4 documents read in" in done.stderr


@pytest.mark.parametrize(
    ("rows", "k", "says"),
    [([{"text": "no id"}], "10", "Line 1 of c.jsonl is no JSON object with an _id."), (CORPUS, "0", "--k is 0.")],
)
def test_retrieve_when_the_input_is_bad_then_it_says_so_before_anything_is_started(
    tmp_path: Path, rows: list[Any], k: str, says: str
) -> None:
    corpus, queries = lines(tmp_path / "c.jsonl", rows), lines(tmp_path / "q.jsonl", QUERIES)
    done = retrieve("--corpus", corpus, "--queries", queries, "--k", k, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "hint: " in done.stderr
