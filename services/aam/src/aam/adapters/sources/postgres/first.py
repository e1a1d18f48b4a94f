"""The first rows of a table, and no more."""

from collections.abc import Iterator

from aam.adapters.sources.postgres.catalog import CatalogTable, select_sql
from aam.adapters.sources.postgres.reading import Reader, arrow
from aam.adapters.sources.postgres.rows import separated
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch


class First:
    """A reading that asks for at most `rows` rows, in one read-only statement."""

    unchanged, snapshot = False, True

    def __init__(self, table: CatalogTable, schema: StreamSchema, reader: Reader, rows: int) -> None:
        self.schema, self.file = schema, table.stream
        self._table, self._reader, self._rows = table, reader, rows

    def batches(self) -> Iterator[SourceBatch]:
        """One batch at most."""
        first = 1
        with self._reader() as session:
            for data in arrow(session, f"{select_sql(self._table)} LIMIT {self._rows}"):
                yield separated(self._table, data, first)
                first += data.num_rows

    def cursor(self) -> Json:
        """Nothing to go on from."""
        return {}
