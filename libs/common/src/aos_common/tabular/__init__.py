"""Tabular files as bounded Arrow batches: what a file is, its columns, its records, and why one cannot be read."""

from aos_common.tabular.errors import TabularError
from aos_common.tabular.model import Layout, ReadOptions, Rejected, TabularBatch, TabularFormat, TabularReader
from aos_common.tabular.reader import layout_of, open_batches, sniff
from aos_common.tabular.unpacking import refuse_bomb

__all__ = [
    "Layout",
    "ReadOptions",
    "Rejected",
    "TabularBatch",
    "TabularError",
    "TabularFormat",
    "TabularReader",
    "layout_of",
    "open_batches",
    "refuse_bomb",
    "sniff",
]
