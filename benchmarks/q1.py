"""Q1, field mapping: our matcher against Valentine's, with the same assignment, on public schema pairs.

`python -m benchmarks.q1 --help`

Measures, per pair and as the mean of the pairs:
- Recall@GT: share of the true pairs among the |truth| first pairs of the ranking (the assignment first, then by score);
- MRR: over source columns that have a match, the reciprocal rank of a true target among that source's targets by score.

Both sides read the same files, all values as text. "no standards" is ours without the documentation of the standard
that a table follows (FOCUS), which the other matchers cannot use. A matcher that exceeds the timeout on a pair has no
figure for it, and the ratio to ours is taken over the pairs that it finished.
"""

import argparse
import csv
import json
import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

Document = dict[str, dict[str, Any]]
"""By matcher: what it reached, ready to be printed as JSON."""

ENTERPRISE = ("oc3_", "focus_", "crm_sf_cdm", "gdc_")
STOP_WORDS_TEXT = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers
herself it its itself they them their theirs themselves what which who whom this that these those am is are
was were be been being have has had having do does did doing a an the and but if or because as until while of
at by for with about against between into through during before after above below to from up down in out on
off over under again further then once here there when where why how all any both each few more most other
some such no nor not only own same so than too very s t can will just don should now
"""
"""NLTK's English stop words, which COMA would download."""
Scored = list[tuple[str, str, float]]


@dataclass(frozen=True)
class Pair:
    """Two files, what is documented about their columns, and the true matches."""

    name: str
    source: Path
    target: Path
    meta: Path | None
    truth: frozenset[tuple[str, str]]


def find_pairs(data: Path, only: Iterable[str]) -> list[Pair]:
    """The pairs of a folder; `gdc_*` share one target."""
    found = []
    for truth in sorted(data.glob("*/mapping.csv")):
        folder, wanted = truth.parent, list(only)
        if wanted and folder.name not in wanted:
            continue
        shared = data / "_gdc_target" / "target.csv"
        target = folder / "target.csv" if (folder / "target.csv").exists() else shared
        meta = folder / "meta.json"
        with truth.open(encoding="utf-8-sig", newline="") as file:
            rows = frozenset((row["source"], row["target"]) for row in csv.DictReader(file))
        found.append(Pair(folder.name, folder / "source.csv", target, meta if meta.exists() else None, rows))
    return found


def ours(standards: bool) -> Callable[[Pair], Scored]:
    """Our matcher, as `python -m dcl match` runs it."""
    from aos_embeddings import MiniLm
    from dcl.adapters.ontology_files import load_ontology
    from dcl.domain.documentation import document_table
    from dcl.domain.matching.matcher import match_tables
    from dcl.entrypoints.csv_tables import read_table
    from dcl.entrypoints.match_command import read_meta

    encoder, ontology = MiniLm(), load_ontology()

    def run(pair: Pair) -> Scored:
        meta = read_meta(pair.meta) if pair.meta else {}
        source = read_table(pair.source, meta.get("source_types"), meta.get("source_desc"))
        target = read_table(pair.target, meta.get("target_types"), meta.get("target_desc"))
        if standards:
            source, target = document_table(source, ontology), document_table(target, ontology)
        matching = match_tables(source, target, encoder.embed, encoder.words())
        return [
            (one.name, other.name, float(matching.scores[row, column]))
            for row, one in enumerate(source.columns)
            for column, other in enumerate(target.columns)
        ]

    return run


def valentine(**options: object) -> Callable[[Pair], Scored]:
    """Valentine's COMA with these options; without options its Jaccard matcher."""
    import pandas  # type: ignore[import-untyped]  # its types are a package of their own
    from valentine import valentine_match
    from valentine.algorithms import Coma, JaccardDistanceMatcher
    from valentine.algorithms.coma.similarity import tfidf

    tfidf._english_stopwords = lambda: frozenset(STOP_WORDS_TEXT.split())
    matcher = Coma(**options) if options else JaccardDistanceMatcher()

    def run(pair: Pair) -> Scored:
        frames = [pandas.read_csv(path, dtype=str, encoding="utf-8-sig") for path in (pair.source, pair.target)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = valentine_match(frames, matcher, df_names=["source", "target"])
        return [(columns.source_column, columns.target_column, float(score)) for columns, score in found.items()]

    return run


MATCHERS: dict[str, Callable[[], Callable[[Pair], Scored]]] = {
    "ours": lambda: ours(standards=True),
    "ours, no standards": lambda: ours(standards=False),
    "coma, instances": lambda: valentine(use_instances=True, delta=0.15),
    "coma, instances, all": lambda: valentine(use_instances=True, delta=1.0),
    "coma, schema": lambda: valentine(use_instances=False, delta=0.15),
    "jaccard": valentine,
}


def header(path: Path) -> list[str]:
    """The column names of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(dict.fromkeys(name.strip() for name in next(csv.reader(file))))


def measure(pair: Pair, scored: Scored) -> tuple[float, float]:
    """Recall@GT with the one-to-one assignment ranked first, and MRR by score."""
    sources, targets = header(pair.source), header(pair.target)
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (sources, targets))
    scores = np.full((len(sources), len(targets)), -1.0)
    for source, target, score in scored:
        at = rows[source.strip()], columns[target.strip()]
        scores[at] = max(scores[at], score)
    assigned = {
        at for at in zip(*linear_sum_assignment(np.maximum(scores, 0), maximize=True), strict=True) if scores[at] > 0
    }
    order = sorted(zip(*np.nonzero(scores > 0), strict=True), key=lambda at: (at not in assigned, -scores[at]))
    top = {(sources[row], targets[column]) for row, column in order[: len(pair.truth)]}
    ranks = []
    for source in {source for source, _ in pair.truth}:
        line = scores[rows[source]]
        order_of_targets = [column for column in np.argsort(-line, kind="stable") if line[column] > 0]
        hits = [rank for rank, column in enumerate(order_of_targets, 1) if (source, targets[column]) in pair.truth]
        ranks.append(1 / hits[0] if hits else 0.0)
    return len(top & pair.truth) / len(pair.truth), float(np.mean(ranks))


def serve(name: str, pipe: Connection) -> None:
    """A matcher in a process of its own, so that a pair that takes too long can be ended."""
    run = MATCHERS[name]()
    while pair := pipe.recv():
        pipe.send(measure(pair, run(pair)))


def run_matcher(name: str, pairs: list[Pair], timeout: float) -> tuple[dict[str, tuple[float, float] | None], float]:
    """Figures per pair (None: timeout) and the seconds all pairs took, loading included."""
    context = multiprocessing.get_context("spawn")
    figures: dict[str, tuple[float, float] | None] = {}
    process, pipe = None, None
    begin = time.perf_counter()
    for pair in pairs:
        if process is None or pipe is None:
            pipe, other = context.Pipe()
            process = context.Process(target=serve, args=(name, other), daemon=True)
            process.start()
            other.close()
        pipe.send(pair)
        figures[pair.name] = pipe.recv() if pipe.poll(timeout) else None
        if figures[pair.name] is None:
            process.kill()
            process.join()
            process = None
    if process is not None and pipe is not None:
        pipe.send(None)
        process.join()
    return figures, time.perf_counter() - begin


def mean(figures: dict[str, tuple[float, float] | None], names: Iterable[str]) -> tuple[float, float] | None:
    """Mean Recall@GT and MRR of the finished pairs among these."""
    found = [figure for name in names if (figure := figures.get(name))]
    return (float(np.mean([one for one, _ in found])), float(np.mean([two for _, two in found]))) if found else None


def summarise(results: dict[str, dict[str, tuple[float, float] | None]], seconds: dict[str, float]) -> Document:
    """Everything measured as one document."""
    names = list(results["ours"])
    enterprise = [name for name in names if name.startswith(ENTERPRISE)]
    document: Document = {}
    for matcher, figures in results.items():
        finished = [name for name in names if figures[name]]
        own, theirs = mean(results["ours"], finished), mean(figures, finished)
        ratio = [one / two if two else None for one, two in zip(own, theirs, strict=True)] if own and theirs else None
        document[matcher] = {
            "pairs": figures,
            "macro": theirs,
            "enterprise": mean(figures, enterprise),
            "ours_to_this": ratio,
            "seconds": round(seconds[matcher], 1),
        }
    return document


def show(document: Document) -> str:
    """The document as an aligned table: Recall@GT / MRR."""

    def cell(figure: object) -> str:
        if not isinstance(figure, list | tuple) or None in figure:
            return "-" if figure is None or isinstance(figure, list | tuple) else str(figure)
        return f"{figure[0]:.3f} / {figure[1]:.3f}"

    matchers = list(document)
    rows = [["Recall@GT / MRR", *matchers]]
    for name in document["ours"]["pairs"]:
        figures = [document[matcher]["pairs"][name] for matcher in matchers]
        rows.append([name, *("timeout" if figure is None else cell(figure) for figure in figures)])
    for line in ("macro", "enterprise", "ours_to_this", "seconds"):
        rows.append([line.replace("_", " "), *(cell(document[matcher][line]) for matcher in matchers)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    """Runs the benchmark; returns the exit code."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "mapping"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=default, help="folder of pairs (default: ../shared/data/mapping)")
    parser.add_argument("--only", nargs="*", default=[], help="names of pairs")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds a matcher may take for one pair")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    pairs = find_pairs(arguments.data, arguments.only)
    if not pairs:
        print(f"error: no pairs in {arguments.data}", file=sys.stderr)
        return 2
    results, seconds = {}, {}
    for name in MATCHERS:
        results[name], seconds[name] = run_matcher(name, pairs, arguments.timeout)
    document = summarise(results, seconds)
    print(json.dumps(document, indent=2) if arguments.json else show(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
