"""Buckets, URLs, archives and groups: what is listed, what is fetched again, what a change does."""

import gzip
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aam.adapters.sources.files import FilesConnector
from aam.domain.errors import SourceError
from aam.ports import Json, SchemalessSource
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_local.testing import s3


def source(path: str | Path, **settings: Any) -> SchemalessSource:
    connector = FilesConnector(AllowedFolders((Path("/"),)), Egress("127.0.0.1"))
    return connector.open(*connector.split({"path": str(path), **settings}))


def rows(asked: SchemalessSource, stream: str, cursor: Json | None = None) -> tuple[list[dict[str, Any]], Json, bool]:
    """The rows of a reading in the stream's discovered shape, its cursor, and whether it was whole."""
    known = next(one.schema for one in asked.discover() if one.name == stream) if cursor else None
    with asked.read_as(stream, cursor or {}, known) as read:
        found = [row for batch in read.batches() for row in batch.data.to_pylist()]
        return found, read.cursor(), read.snapshot


class Counting(SimpleHTTPRequestHandler):
    """Serves a folder and counts the files that were fetched."""

    fetched: list[str] = []  # noqa: RUF012  emptied by the fixture

    def do_GET(self) -> None:
        self.fetched.append(self.path)
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    Counting.fetched.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Counting, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_url_when_its_validator_is_the_cursors_then_is_not_fetched_again(tmp_path: Path, served: str) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    os.utime(tmp_path / "a.csv", (1_600_000_000, 1_600_000_000))
    asked = source(f"{served}/a.csv")
    found, cursor, _ = rows(asked, "a.csv")
    [known] = asked.discover()
    assert found == [{"id": "1"}]
    Counting.fetched.clear()
    with asked.read_as("a.csv", cursor, known.schema) as read:
        assert (read.unchanged, list(read.batches()), read.cursor()) == (True, [], cursor)
    assert Counting.fetched == []
    (tmp_path / "a.csv").write_text("id\n2\n")
    os.utime(tmp_path / "a.csv", (1_600_000_100, 1_600_000_100))
    assert rows(asked, "a.csv", cursor)[0] == [{"id": "2"}]
    (tmp_path / "a.csv").write_text("id\n1\n")
    with asked.read_as("a.csv", cursor, known.schema) as read:
        assert read.unchanged


def test_bucket_when_it_has_many_objects_then_all_that_match_are_streams_and_none_is_fetched_twice() -> None:
    with s3() as (url, options):
        store = fsspec.filesystem("s3", **options, use_listings_cache=False)
        store.pipe({f"{url}/in/{n:04}.csv": b"id\n%d\n" % n for n in range(1100)}, batch_size=8)
        store.pipe(f"{url}/in/deep/a b+c%20.jsonl", b'{"x": 1}\n')
        store.pipe(f"{url}/inside.csv", b"id\n9\n")
        keys = {"endpoint": options["endpoint_url"], "access_key": options["key"], "secret_key": options["secret"]}
        asked = source(f"{url}/in", pattern="**/[!01]*", **keys)
        assert [one.name for one in asked.discover()] == ["deep/a b+c%20.jsonl"]
        assert rows(asked, "deep/a b+c%20.jsonl")[0] == [{"x": "1"}]
        whole = source(f"{url}/in", streams={"all": "*.csv"}, **keys)
        with whole.read_as("all", {}, None) as read:
            count = sum(batch.data.num_rows for batch in read.batches() if len(batch.rows))
            assert (count, len(read.cursor()["group"]["done"])) == (1100, 1100)
        assert rows(source(f"{url}/inside.csv", **keys), "inside.csv")[0] == [{"id": "9"}]


def test_zip_when_it_has_tables_then_each_member_is_a_stream(tmp_path: Path) -> None:
    book, parquet = io.BytesIO(), io.BytesIO()
    import openpyxl

    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(["n"])
    workbook.active.append([7])
    workbook.save(book)
    pq.write_table(pa.table({"p": [1, 2]}), parquet)
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub/a.csv", "id\n1\n")
        archive.writestr("book.xlsx", book.getvalue())
        archive.writestr("p.parquet", parquet.getvalue())
        archive.writestr("readme.md", "no table")
        archive.writestr("__MACOSX/._a.csv", "junk")
    asked = source(tmp_path)
    names = [one.name for one in asked.discover() if one.schema]
    assert names == ["all.zip/book.xlsx#Sheet", "all.zip/p.parquet", "all.zip/sub/a.csv"]
    assert [rows(asked, name)[0] for name in names] == [[{"n": "7"}], [{"p": 1}, {"p": 2}], [{"id": "1"}]]
    cursor = rows(asked, "all.zip/sub/a.csv")[1]
    with zipfile.ZipFile(tmp_path / "all.zip", "a") as archive:
        archive.writestr("more.csv", "id\n2\n")
    assert rows(asked, "all.zip/sub/a.csv", cursor)[0] == []
    assert rows(asked, "all.zip/more.csv")[0] == [{"id": "2"}]


def test_gzip_when_a_binary_file_is_inside_then_it_is_read(tmp_path: Path) -> None:
    parquet = io.BytesIO()
    pq.write_table(pa.table({"p": [1, 2]}), parquet)
    (tmp_path / "p.parquet.gz").write_bytes(gzip.compress(parquet.getvalue()))
    assert rows(source(tmp_path), "p.parquet.gz")[0] == [{"p": 1}, {"p": 2}]


def daily(folder: Path, day: int, *ids: int) -> None:
    (folder / f"day-{day}.csv").write_text("id\n" + "".join(f"{one}\n" for one in ids))


def test_group_when_a_file_is_new_then_only_that_is_read_and_numbers_go_on(tmp_path: Path) -> None:
    daily(tmp_path, 1, 1, 2)
    (tmp_path / "day-0.csv").write_text("id\n")
    (tmp_path / "other.csv").write_text("x\n1\n")
    asked = source(tmp_path, streams={"days": "day-*.csv"})
    assert [one.name for one in asked.discover()] == ["days", "other.csv"]
    found, cursor, whole = rows(asked, "days")
    assert (found, whole) == ([{"id": "1", "_file": "day-1.csv"}, {"id": "2", "_file": "day-1.csv"}], True)
    daily(tmp_path, 2, 3)
    with asked.read_as("days", cursor, asked.discover()[0].schema) as read:
        [batch] = read.batches()
        assert (batch.data.to_pylist(), batch.rows.to_pylist()) == ([{"id": "3", "_file": "day-2.csv"}], [3])
        assert not read.snapshot
        assert rows(asked, "days", read.cursor())[::2] == ([], False)


def test_group_when_a_file_changed_or_is_gone_then_all_is_read(tmp_path: Path) -> None:
    for day in (1, 2):
        daily(tmp_path, day, day)
    asked = source(tmp_path, streams={"days": "day-*.csv"})
    _, cursor, _ = rows(asked, "days")
    daily(tmp_path, 1, 9)
    found, cursor, whole = rows(asked, "days", cursor)
    assert ([row["id"] for row in found], whole) == (["9", "2"], True)
    (tmp_path / "day-1.csv").unlink()
    found, _, whole = rows(asked, "days", cursor)
    assert ([row["id"] for row in found], whole) == (["2"], True)


def test_group_when_a_new_file_has_another_column_then_the_shape_says_so_before_a_row(tmp_path: Path) -> None:
    daily(tmp_path, 1, 1)
    asked = source(tmp_path, streams={"days": "day-*.csv"})
    known = asked.discover()[0].schema
    _, cursor, _ = rows(asked, "days")
    (tmp_path / "day-2.csv").write_text("id,more\n2,x\n")
    with asked.read_as("days", cursor, known) as read:
        assert read.schema.names == ["id", "_file", "more"]
    (tmp_path / "day-2.csv").write_text("more\nx\n")
    assert rows(asked, "days")[0][1] == {"id": None, "more": "x", "_file": "day-2.csv"}


def test_group_when_a_new_file_lacks_a_typed_column_then_it_is_null(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"a": [1], "n": pa.array([Decimal("2.50")], pa.decimal128(5, 2))}), tmp_path / "day-1.parquet"
    )
    asked = source(tmp_path, streams={"days": "day-*.parquet"})
    known = asked.discover()[0].schema
    _, cursor, _ = rows(asked, "days")
    pq.write_table(pa.table({"a": [3]}), tmp_path / "day-2.parquet")
    with asked.read_as("days", cursor, known) as read:
        assert read.schema == known
        [batch] = read.batches()
        assert batch.data.to_pylist() == [{"a": 3, "n": None, "_file": "day-2.parquet"}]


def test_group_when_it_cannot_be_read_then_says_why(tmp_path: Path) -> None:
    asked = source(tmp_path, streams={"days": "day-*.csv"})
    (tmp_path / "other.csv").write_text("x\n1\n")
    with pytest.raises(SourceError, match="No file belongs"):
        rows(asked, "days")
    (tmp_path / "day-1.csv").write_text("id\n")
    assert "No file of days has a record" in asked.discover()[0].error
    daily(tmp_path, 2, 1)
    pq.write_table(pa.table({"id": [1]}), tmp_path / "day-3.csv")
    assert "column id is int64, and string" in asked.discover()[0].error
