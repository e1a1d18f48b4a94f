"""The first rows of a stream as texts, for the matcher."""

import json
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
from aos_common.tabular.values import python_values

from aam.domain.schema import TEXT, StreamSchema
from aam.ports import SampleColumn

VALUE_KEPT = 1_000


def sample_columns(schema: StreamSchema, data: pa.RecordBatch | None) -> list[SampleColumn]:
    """One sample a column; `type` is empty where the format declares none."""
    samples = []
    for column in schema.columns:
        values = python_values(data.column(data.schema.get_field_index(column.name))) if data is not None else []
        texts = tuple(_text(value)[:VALUE_KEPT] for value in values)
        declared = "" if column.type == TEXT else column.type
        samples.append(SampleColumn(column.name, declared, column.comment, texts))
    return samples


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
