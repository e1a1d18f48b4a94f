"""Q10, personal data: what our redactor finds in labelled sentences, beside Presidio as shipped, in the same run.

`python -m benchmarks.q10 [--data FILE]`

Recall is the share of labelled spans of a group that some find overlaps; "named" asks that the find has the group's
kind, too. Precision is the share of finds that overlap a labelled span of any kind (Presidio's: without DATE_TIME, URL,
NRP and ORGANIZATION, which are labelled or not as it suits a text, and without finds below its usual 0.4). Presidio's
model of names is the small English one that ours has, too; it comes with the large one, which no wheel holds.
"""

import argparse
import gzip
import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT

Find = tuple[int, int, str]
STRUCTURED = {
    "CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "US_DRIVER_LICENSE",
}  # fmt: skip
GROUPS = {"structured": STRUCTURED, "person": {"PERSON"}, "address": {"STREET_ADDRESS"}}
KINDS = {**GROUPS, "address": {"STREET_ADDRESS", "LOCATION"}}
LEFT_OUT = {"DATE_TIME", "URL", "NRP", "ORGANIZATION"}
USUAL_SCORE = 0.4


def ours() -> Callable[[str], list[Find]]:
    """Our redactor, in this process."""
    from nlp_gateway.adapters.redaction.redactors import redact_here

    return lambda text: [(span.start, span.end, span.kind) for span in redact_here(text).spans]


def presidio() -> Callable[[str], list[Find]]:
    """Presidio's analyzer with its own recognisers, offline."""
    import tldextract.tldextract
    from nlp_gateway.adapters.redaction.finder import MODEL
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    model = {"lang_code": "en", "model_name": str(MODEL)}
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]}).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"], default_score_threshold=USUAL_SCORE)
    return lambda text: [
        (one.start, one.end, one.entity_type) for one in analyzer.analyze(text, "en") if one.entity_type not in LEFT_OUT
    ]


def measure(name: str, find: Callable[[str], list[Find]], texts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of one finder over all texts."""
    find("Warm up: Ann Smith, 12 Baker Street.")
    began = time.process_time()
    found = [find(text["full_text"]) for text in texts]
    seconds = time.process_time() - began
    figures: dict[str, Any] = {"finder": name}
    for group, kinds in GROUPS.items():
        gold = [
            (span["start_position"], span["end_position"], finds)
            for text, finds in zip(texts, found, strict=True)
            for span in text["spans"]
            if span["entity_type"] in kinds
        ]
        near = [[kind for at, until, kind in finds if at < end and start < until] for start, end, finds in gold]
        figures[group] = round(sum(map(bool, near)) / len(gold), 3)
        figures[f"{group} named"] = round(
            sum(any(one in KINDS[group] for one in kinds) for kinds in near) / len(gold), 3
        )
    spans = [
        any(start < span["end_position"] and span["start_position"] < end for span in text["spans"])
        for text, finds in zip(texts, found, strict=True)
        for start, end, _ in finds
    ]
    figures["precision"] = round(sum(spans) / len(spans), 3)
    figures["characters per CPU second"] = round(sum(len(text["full_text"]) for text in texts) / seconds)
    return figures


def main() -> None:
    """Print both, a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/nlp/pii_dev.json.gz")
    texts = json.loads(gzip.decompress(parser.parse_args().data.read_bytes()))
    logging.disable(logging.WARNING)
    for name, make in (("ours", ours), ("Presidio as shipped", presidio)):
        print(json.dumps(measure(name, make(), texts)), flush=True)


if __name__ == "__main__":
    main()
