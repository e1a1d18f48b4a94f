"""The files connector under the conformance kit."""

import csv
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aam.adapters.conformance import CHECKS, Check, Subject
from aam.adapters.sources.files import FilesConnector
from aam.ports import Json
from aos_common.folders import AllowedFolders


class Files:
    """A folder with a CSV file of 500 lines, read in batches of 4 KiB."""

    primary_key: tuple[str, ...] = ()
    stream = "deals.csv"
    secrets: Sequence[str] = ()
    batches = 3
    sees_deletions = True

    def __init__(self, folder: Path) -> None:
        self._path = folder / self.stream
        self.carriers: Json = {}
        self.connector = FilesConnector(AllowedFolders((folder,)), batch_bytes=4096)
        self.settings = {"path": str(folder)}
        self.wrong = {
            "a folder that is not there": {"path": str(folder / "gone")},
            "a folder outside": {"path": "/"},
        }
        self._records = [{"id": f"{n}", "name": f'a, "b"\n{n}', "amount": f"{n}.50"} for n in range(500)]
        self._write()

    def _write(self) -> None:
        with self._path.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["id", "name", "amount"])
            writer.writeheader()
            writer.writerows(self._records)

    def expected(self) -> Sequence[Json]:
        return self._records

    def change(self) -> Json:
        self._records[7] = {**self._records[7], "amount": "changed"}
        self._write()
        return self._records[7]

    def remove(self) -> Json:
        gone = self._records.pop()
        self._write()
        return gone

    def beyond(self, cursor: Json) -> Json:
        return {**cursor, "after": 1_000_000} if "after" in cursor else {}

    def content(self) -> str:
        stat = self._path.stat()
        return f"{stat.st_mtime_ns} {hashlib.sha256(self._path.read_bytes()).hexdigest()}"


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return Files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_files_when_the_kit_asks_then_conforms(
    check: Check, subject: Subject, record_property: Callable[[str, Any], None]
) -> None:
    record_property("conformance", ("files", check.__name__, "fails"))
    record_property("conformance", ("files", check.__name__, check(subject)))
