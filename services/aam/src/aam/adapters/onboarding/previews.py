"""Landed samples in canonical form."""

import json
import tempfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from aos_common.objects import ObjectStore
from aos_common.tabular.values import python_rows

from aam.adapters.extraction.landed import ROW_COLUMN
from aam.adapters.projection.compiler import compile_mapping
from aam.adapters.projection.engine import Engine
from aam.domain.landing import source_id
from aam.domain.mapping import Mapping
from aam.ports import Projection, Task

MEMORY_MB = 64
HIDDEN = ("_version", "_source")
TEXT_KEPT = 1_000


class ParquetPreviewer:
    """The `Previewer` port over the object store; reads the one landing file of a sample."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def preview(self, task: Task, mapping: Mapping | None, rows: int) -> Projection:
        """Project at most `rows` sampled rows as a sync would, and store nothing."""
        objects, key = self._objects.tenant(task.tenant_id), task.batch(0).landing_key
        if mapping is None or not objects.exists(key):
            return Projection()
        with objects.read(key) as file:
            sample = pq.read_table(file).slice(0, rows).combine_chunks()
        if not sample.num_rows:
            return Projection()
        batch = sample.to_batches()[0]
        data = pa.RecordBatch.from_arrays(batch.columns[:-1], names=batch.schema.names[:-1])
        stream = task.stream.name
        program = compile_mapping(
            mapping, data.schema, source=source_id(task.connection_id, stream), file=stream, version=0
        )
        with tempfile.TemporaryDirectory(prefix="aam-") as folder:
            engine = Engine(Path(folder), memory_mb=MEMORY_MB)
            try:
                found = engine.project(program, data, batch.column(ROW_COLUMN), stream)
            finally:
                engine.close()
        canonical = found.rows.drop_columns(list(HIDDEN))
        shown = tuple(
            {name: _shown(value) for name, value in row.items()}
            for part in canonical.to_batches()
            for row in python_rows(part)
        )
        return Projection(shown, found.misfits)


def _shown(value: Any) -> Any:
    """A value as JSON has it: what JSON has no exact form for is a text."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1 << 53):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    return text[:TEXT_KEPT]
