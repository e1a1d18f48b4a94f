from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from aos_embeddings import DIMENSIONS, MiniLm, ModelFileMissing
from aos_embeddings.minilm import package_file


@pytest.fixture(scope="module")
def encoder() -> MiniLm:
    return MiniLm()


def test_texts_when_embedded_then_near_meanings_are_near(encoder: MiniLm) -> None:
    vectors = encoder.embed(["customer telephone", "client phone number", "storage bucket"])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_texts_when_repeated_or_none_then_keep_their_places(encoder: MiniLm) -> None:
    vectors = encoder.embed(["a name", "b date", "a name"])
    assert np.array_equal(vectors[0], vectors[2])
    assert encoder.embed([]).shape == (0, DIMENSIONS)


def test_encoder_when_used_from_threads_then_answers_each(encoder: MiniLm) -> None:
    texts = [f"column {number}" for number in range(32)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda text: encoder.embed([text])[0], texts))
    assert np.allclose(np.stack(parts), encoder.embed(texts))


def test_words_when_asked_then_are_plain_and_frequent_first(encoder: MiniLm) -> None:
    words = encoder.words()
    assert len(words) > 10_000
    assert words.index("customer") < words.index("salamanca")


def test_model_file_when_absent_then_the_package_is_named() -> None:
    with pytest.raises(ModelFileMissing, match="no-such-model") as raised:
        package_file("no-such-model", "model.onnx")
    assert "install" in raised.value.hint
