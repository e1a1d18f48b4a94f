"""Classifiers on small made-up sets: what they learn, refuse and calibrate."""

import numpy as np
from nlp_gateway.adapters.understanding.training import train
from nlp_gateway.domain.understanding.classifier import OUT
from nlp_gateway.domain.understanding.features import WEIGHT, lexicon_of, plain


def _vectors(centres, seed):
    random = np.random.default_rng(seed)
    raw = np.array([np.eye(8)[centre] + random.normal(0, 0.15, 8) for centre in centres], dtype=np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def test_train_when_labels_differ_in_meaning_then_new_texts_are_labelled():
    centres = [0, 1, 2] * 20
    classifier = train(["text"] * 60, [f"l{centre}" for centre in centres], _vectors(centres, 1))
    judged = classifier.judge(["text"] * 3, _vectors([0, 1, 2], 2))
    assert [one.label for one in judged] == ["l0", "l1", "l2"]
    assert all(0.5 < one.confidence <= 1 for one in judged)


def test_train_when_words_alone_tell_labels_apart_then_they_are_learned():
    texts = ["invoice due", "late invoice", "open deal", "big deal"] * 10
    vectors = _vectors([0] * 40, 3)
    classifier = train(texts, ["cfo", "cfo", "cro", "cro"] * 10, vectors)
    assert [one.best for one in classifier.judge(["an invoice", "the deal"], _vectors([0, 0], 4))] == ["cfo", "cro"]


def test_train_when_a_text_is_like_nothing_learned_then_it_is_refused():
    centres = [0, 1] * 30
    classifier = train(["a"] * 60, [f"l{centre}" for centre in centres], _vectors(centres, 5))
    judged = classifier.judge(["a"] * 40, _vectors([0] * 20 + [7] * 20, 6))
    assert sum(one.label == "l0" for one in judged[:20]) >= 17
    assert all(one.label == OUT and one.score < classifier.threshold for one in judged[20:])


def test_train_when_out_of_scope_is_shown_then_its_like_is_refused():
    centres = [0, 1, 2] * 20
    labels = [("l0", "l1", OUT)[centre] for centre in centres]
    classifier = train(["a"] * 60, labels, _vectors(centres, 7))
    assert [one.label for one in classifier.judge(["a"] * 3, _vectors([0, 1, 2], 8))] == ["l0", "l1", OUT]


def test_vector_when_a_text_has_known_terms_then_words_and_parts_have_their_length():
    lexicon = lexicon_of(["cloud spend by team", "open deals"])
    _, values = lexicon.vector("Cloud SPEND")
    assert np.isclose((values**2).sum(), 2 * WEIGHT**2, atol=1e-3)
    assert len(lexicon.vector("zzz")[0]) == 0
    assert plain("  Ｆull  WIDTH ") == "full width"
