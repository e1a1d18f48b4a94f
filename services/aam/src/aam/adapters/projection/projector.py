"""One stream's projection: what Arrow reads exactly is read by it, the engine does the rest."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pyarrow as pa

from aam.adapters.projection.compiler import Program, compile_mapping
from aam.adapters.projection.engine import Engine, Projected
from aam.adapters.projection.exact import exact, readable
from aam.adapters.projection.families import plain
from aam.adapters.projection.handing import handed_on
from aam.domain.mapping import Mapping


@dataclass
class Projector:
    """A mapping carried out on batch after batch of one stream; what is not named here is as in `compile_mapping`.

    A column that does not fit as a whole once is left to the engine from then on.
    """

    engine: Engine
    mapping: Mapping
    source: str
    file: str
    version: int
    version_column: str = ""
    _programs: dict[tuple[pa.Schema, frozenset[str]], Program] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)

    def project(self, data: pa.RecordBatch, rows: pa.Array) -> Projected:
        """Canonical form of a batch; every row of it is either in the result or among its misfits."""
        typed = self._typed(data)
        made = handed_on(typed, self.mapping, version=self.version, version_column=self.version_column)
        return self.engine.project(self._program(typed.schema, made), typed, rows, self.file, told=data, made=made)

    def _program(self, schema: pa.Schema, made: Collection[str]) -> Program:
        kind = (schema, frozenset(made))
        if kind not in self._programs:
            self._programs[kind] = compile_mapping(
                self.mapping,
                schema,
                source=self.source,
                file=self.file,
                version=self.version,
                version_column=self.version_column,
                made=made,
            )
        return self._programs[kind]

    def _typed(self, data: pa.RecordBatch) -> pa.RecordBatch:
        wanted = readable(self.mapping.fields, self.mapping.key_columns)
        columns = dict(zip(data.schema.names, data.columns, strict=True))
        for name in wanted.keys() & columns.keys() - self._left:
            column = plain(columns[name])
            if not pa.types.is_string(column.type) or column.null_count == len(column):
                continue
            values = exact(column, wanted[name])
            if values is None:
                self._left.add(name)
            else:
                columns[name] = values
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
