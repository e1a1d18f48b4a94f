"""The kit itself: a connector with one fault fails the check that is there for it, and no good one does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from aam.adapters.conformance import CHECKS
from aam.adapters.sources.files import FilesConnector, FileSource
from aam.domain.schema import Column
from aam.ports import DiscoveredStream, Json, SourceBatch, StreamRead
from aos_common.folders import AllowedFolders


class Faulty(FileSource):
    """The files connector with a fault in what it reads, discovers or leaves behind."""

    fault = ""

    def discover(self) -> list[DiscoveredStream]:
        found = super().discover()
        return [replace(one, documentation=str(id(found))) for one in found] if self.fault == "unsteady" else found

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[StreamRead]:
        hides = self.fault == "hides" and "column" in cursor
        with super().read(stream, {} if self.fault == "forgets" else cursor) as read:
            whole = read.batches

            def batches() -> Iterator[SourceBatch]:
                for number, batch in enumerate(whole()):
                    if not hides:
                        yield self._spoilt(batch, number)

            read.batches = batches  # type: ignore[method-assign]  # the fault
            if self.fault == "types":
                read.schema = replace(read.schema, columns=(Column("id", "int64"), *read.schema.columns[1:]))
            if self.fault == "writes":
                (Path(self.location) / stream).touch()
            yield read

    def _spoilt(self, batch: SourceBatch, number: int) -> SourceBatch:
        if self.fault == "loses" and batch.state is not None:
            return replace(batch, state={**batch.state, "after": batch.state["after"] + 1})
        if self.fault == "doubles" and number == 1:
            doubled = pa.concat_batches([batch.data, batch.data])
            return replace(batch, data=doubled, rows=pa.concat_arrays([batch.rows, batch.rows]))
        return batch


FAULTS = {
    "unsteady": "discover_is_complete_and_stable",
    "types": "every_batch_has_the_declared_shape",
    "doubles": "every_record_is_read_exactly",
    "loses": "reading_from_every_state_gives_exactly_the_rest",
    "hides": "broken_states_are_refused_or_read_everything",
    "forgets": "reading_from_the_end_gives_nothing",
    "writes": "the_source_is_not_written",
}


class Subject:
    """Three hundred lines in one file."""

    primary_key: tuple[str, ...] = ()
    stream = "deals.csv"
    secrets: tuple[str, ...] = ()
    batches = 2
    sees_deletions = True

    def __init__(self, folder: Path, fault: str) -> None:
        class Connector(FilesConnector):
            def open(self, public: Json, secret: Any) -> FileSource:
                source = super().open(public, secret)
                source.__class__ = type("Spoilt", (Faulty,), {"fault": fault})
                return source

        self._path = folder / self.stream
        self._path.write_text("id,name\n" + "".join(f"{n},name {n}\n" for n in range(300)))
        self.connector = Connector(AllowedFolders((folder,)), batch_bytes=1024)
        self.settings = {"path": str(folder)}
        self.wrong: dict[str, Json] = {}
        self.carriers: dict[str, str] = {}

    def expected(self) -> list[Json]:
        return [{"id": str(n), "name": f"name {n}"} for n in range(300)]

    def change(self) -> Json:
        return {}

    def remove(self) -> Json:
        return {}

    def beyond(self, cursor: Json) -> Json:
        return {}

    def content(self) -> str:
        return str(self._path.stat().st_mtime_ns)


def check(name: str) -> Callable[[Subject], str]:
    return next(one for one in CHECKS if one.__name__ == name)


@pytest.mark.parametrize(("fault", "name"), FAULTS.items(), ids=FAULTS)
def test_check_when_a_connector_has_a_fault_then_fails(tmp_path: Path, fault: str, name: str) -> None:
    assert check(name)(Subject(tmp_path, ""))
    with pytest.raises(AssertionError):
        check(name)(Subject(tmp_path, fault))
