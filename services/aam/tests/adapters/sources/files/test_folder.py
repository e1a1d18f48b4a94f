"""The files connector: what it lists, what it refuses, and that a broken file disturbs no other."""

from pathlib import Path
from typing import Any

import pytest
from aam.adapters.sources.files import FilesConnector
from aam.domain.errors import InvalidSettings, SourceError
from aam.ports import Source
from aos_common.folders import AllowedFolders


def source(folder: Path, roots: tuple[Path, ...] | None = None, **settings: Any) -> Source:
    connector = FilesConnector(AllowedFolders(roots or (folder,)))
    public, secret = connector.split({"path": str(folder), **settings})
    return connector.open(public, secret)


def test_discover_when_some_files_are_broken_then_lists_each_with_its_error(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,name\n1,a\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "mixed.csv").write_bytes(b"id,name\n1,\xc3\xa9\n2,\xe9\n")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and nothing else")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.jsonl").write_text('{"a": 1}\n')
    (tmp_path / ".hidden.csv").write_text("a\n1\n")
    (tmp_path / "notes.pdf").write_text("no table")
    found = {stream.name: stream for stream in source(tmp_path).discover()}
    assert sorted(found) == ["cut.parquet", "empty.csv", "good.csv", "mixed.csv", "sub/deep.jsonl"]
    assert [name for name, stream in found.items() if stream.schema] == ["good.csv", "sub/deep.jsonl"]
    assert "cut short" in found["cut.parquet"].error
    assert "is empty" in found["empty.csv"].error
    assert "record 2" in found["mixed.csv"].error
    assert "byte offset 15" in found["mixed.csv"].error


def test_read_when_the_content_is_the_cursors_then_is_unchanged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    files = source(tmp_path)
    with files.read("a.csv", {}) as read:
        assert (read.snapshot, sum(batch.data.num_rows for batch in read.batches())) == (True, 1)
        cursor = read.cursor()
    with files.read("a.csv", cursor) as read:
        assert read.unchanged
        assert list(read.batches()) == []
    (tmp_path / "a.csv").write_text("id\n2\n")
    with files.read("a.csv", cursor) as read:
        assert not read.unchanged


def test_read_when_the_file_changes_meanwhile_then_fails_as_transient(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with source(tmp_path).read("a.csv", {}) as read:
        batches = read.batches()
        next(batches)
        (tmp_path / "a.csv").write_text("id\n1\n2\n")
        with pytest.raises(SourceError) as caught:
            list(batches)
    assert caught.value.fault == "transient"


def test_path_when_outside_the_allowed_roots_then_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "in" / "own.csv").write_text("a\n1\n")
    roots = (tmp_path / "in",)
    assert [stream.name for stream in source(tmp_path / "in", roots).discover()] == ["own.csv"]
    for path in (tmp_path, tmp_path / "in" / ".." / "secret.csv"):
        with pytest.raises(SourceError) as caught:
            source(path, roots).check()
        assert caught.value.reason == "PATH_NOT_ALLOWED"


def test_check_when_nothing_is_there_then_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file that can be read"):
        source(tmp_path).check()
    with pytest.raises(SourceError, match="does not exist"):
        source(tmp_path / "none", (tmp_path,)).check()
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(SourceError, match="no longer"), source(tmp_path).read("gone.csv", {}):
        pass


def test_settings_when_wrong_then_the_field_is_named_and_the_value_is_not(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="paht") as caught:
        FilesConnector(AllowedFolders((tmp_path,))).split({"path": "x", "paht": "very-private"})
    assert "very-private" not in str(caught.value)


def test_columns_when_excluded_then_neither_listed_nor_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;ssn\n1;2\n")
    files = source(tmp_path, exclude_columns={"a.csv": ["ssn"]})
    [stream] = files.discover()
    assert stream.schema is not None
    assert stream.schema.names == ["id"]


def test_workbook_when_it_has_sheets_then_each_is_a_stream(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "people"
    first.append(["id", "name"])
    first.append([1, "Ann"])
    book.create_sheet("prices").append(["sku"])
    book.save(tmp_path / "book.xlsx")
    found = {stream.name: stream for stream in source(tmp_path).discover()}
    assert sorted(found) == ["book.xlsx#people", "book.xlsx#prices"]
    assert "no record" in found["book.xlsx#prices"].error
    with source(tmp_path).read("book.xlsx#people", {}) as read:
        [batch] = read.batches()
    assert batch.data.to_pylist() == [{"id": "1", "name": "Ann"}]
