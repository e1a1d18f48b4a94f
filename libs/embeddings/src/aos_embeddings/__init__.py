"""Sentence embeddings that several services share."""

from aos_embeddings.minilm import DIMENSIONS, MiniLm, ModelFileMissing, Vectors

__all__ = ["DIMENSIONS", "MiniLm", "ModelFileMissing", "Vectors"]
