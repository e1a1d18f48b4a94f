"""Records that carry the key of an earlier record of the same reading: set aside, because only one can be right."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from aos_common.objects import TenantObjects
from aos_common.tabular.values import python_rows

from aam.adapters.extraction.spool import Spool
from aam.adapters.projection.engine import Engine, record_text
from aam.domain.landing import BatchName
from aam.domain.quarantine import Misfit


class Ascending:
    """Tells whether each key was above the one before it, as whole numbers or as texts: then none is repeated."""

    def __init__(self) -> None:
        self.holds = True
        self._last: pa.Array | None = None

    def add(self, keys: pa.ChunkedArray) -> None:
        """Look at the keys of the next batch; there are none without a value."""
        if not self.holds or not len(keys):
            return
        texts = keys.combine_chunks()
        kind = self._last.type if self._last is not None else pa.int64()
        try:
            values = texts.cast(kind)
        except pa.ArrowInvalid:
            if self._last is not None:  # whole numbers so far
                self.holds = False
                return
            values = texts
        every = values if self._last is None else pa.concat_arrays([self._last, values])
        self.holds = pc.all(pc.less(every[:-1], every[1:])).as_py() is not False
        self._last = values[-1:]


def repeated(
    engine: Engine,
    spool: Spool,
    names: dict[int, BatchName],
    objects: TenantObjects,
    *,
    file: str,
    keys: tuple[str, ...],
    limit: int,
) -> list[Misfit]:
    """Take every record but the first of each key out of the spool; at most `limit` + 1 are returned.

    The records' source texts come from the landing files.
    """
    if not spool.files():
        return []
    table = engine.repeated_keys(spool.files(), limit + 1)
    if not table.num_rows:
        return []
    first = dict(zip(table.column("_row").to_pylist(), table.column("first").to_pylist(), strict=True))
    key = dict(zip(table.column("_row").to_pylist(), table.column("_key").to_pylist(), strict=True))
    misfits = []
    for index, rows in spool.drop_rows(table.column("_row").combine_chunks()).items():
        records = _records(objects, names[index], rows)
        misfits += [
            Misfit(file, row, "+".join(keys), key[row], f"duplicate key: row {first[row]} has it", records[row])
            for row in rows
        ]
    return misfits


def _records(objects: TenantObjects, name: BatchName, rows: list[int]) -> dict[int, str]:
    with objects.read(name.landing_key) as stream:
        table: pa.Table = pq.read_table(stream)
    number = table.column_names[-1]
    found = table.filter(pc.is_in(table.column(number), pa.array(rows, pa.int64())))
    return {row.pop(number): record_text(row) for row in python_rows(found)}
