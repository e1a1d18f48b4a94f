"""Q8, persona and route on held-back questions; and the same classifier on public intents, 15 examples each.

`python -m benchmarks.q8 [--data FOLDER] [--per-intent 15] [--seed 7]`

The questions were written apart from what is learned. CLINC150's labelled texts out of scope are learned neither; its
texts to judge are its validation set, BANKING77's are the rest of its training set. "auroc" is that of the score of
scope; "refused" and "false refusals" are at the classifier's own threshold, set by cross-validation of what it learned.
"""

import argparse
import asyncio
import csv
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import ROOT

HELD_BACK = ROOT / "services/nlp-gateway/tests/adapters/understanding/held_back.yaml"
OUT = "out_of_scope"


async def questions() -> dict[str, Any]:
    """Figures of the service's own understanding."""
    from nlp_gateway.adapters.knowledge.embedder import Embedder
    from nlp_gateway.adapters.understanding.reader import Reader

    reader = Reader(Embedder().embed)
    held_back = yaml.safe_load(HELD_BACK.read_text("utf-8"))
    cases = [
        (route, group, text) for route, groups in held_back.items() for group, texts in groups.items() for text in texts
    ]
    read = [(route, group, await reader.read(text)) for route, group, text in cases]
    inside = [(route, one) for route, _, one in read if route != OUT]
    people = [(group, one) for route, group, one in read if route != OUT and group != "any"]
    outside = [one for route, _, one in read if route == OUT]
    return {
        "set": "questions",
        "texts": len(read),
        "persona": round(sum(group == one.persona for group, one in people) / len(people), 3),
        "route": round(sum(route == one.route for route, one in inside) / len(inside), 3),
        "refused": round(sum(one.route == OUT for one in outside) / len(outside), 3),
        "false refusals": round(sum(one.route == OUT for _, one in inside) / len(inside), 3),
    }


def intents(name: str, known: list[tuple[str, str]], unknown: list[tuple[str, str]]) -> dict[str, Any]:
    """Figures of one public set."""
    from nlp_gateway.app.classify import classify
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # ships no types

    labelled = classify([text for text, _ in known], [label for _, label in known], [text for text, _ in unknown])
    judged = [(true, label, score) for (_, true), (label, score) in zip(unknown, labelled, strict=True)]
    inside = [one for one in judged if one[0] != "oos"]
    outside = [one for one in judged if one[0] == "oos"]
    figures: dict[str, Any] = {
        "set": name,
        "texts": len(judged),
        "right, refusals counted as wrong": round(sum(true == label for true, label, _ in inside) / len(inside), 3),
        "false refusals": round(sum(label == "oos" for _, label, _ in inside) / len(inside), 3),
    }
    if outside:
        scores = [score for _, _, score in judged]
        figures["auroc"] = round(roc_auc_score([true != "oos" for true, _, _ in judged], scores), 3)
        figures["refused"] = round(sum(label == "oos" for _, label, _ in outside) / len(outside), 3)
    return figures


def _table(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in list(csv.reader(file))[1:]]


def _few(rows: list[tuple[str, str]], count: int, seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    groups = defaultdict(list)
    for text, label in rows:
        groups[label].append((text, label))
    known, rest = [], []
    for label in sorted(groups):
        shuffled = random.Random(seed).sample(groups[label], len(groups[label]))
        known += shuffled[:count]
        rest += shuffled[count:]
    return known, rest


def main() -> None:
    """Print a line of figures for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/nlp")
    parser.add_argument("--per-intent", type=int, default=15)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(questions())), flush=True)
    clinc = [row for row in _table(chosen.data / "clinc150_train.csv") if row[1] != "oos"]
    known, _ = _few(clinc, chosen.per_intent, chosen.seed)
    print(json.dumps(intents("CLINC150", known, _table(chosen.data / "clinc150_val.csv"))), flush=True)
    known, rest = _few(_table(chosen.data / "banking77_train.csv"), chosen.per_intent, chosen.seed)
    rest = random.Random(chosen.seed).sample(rest, min(3000, len(rest)))
    print(json.dumps(intents("BANKING77", known, rest)), flush=True)


if __name__ == "__main__":
    main()
