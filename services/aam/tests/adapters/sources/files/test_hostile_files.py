"""Hostile files: each is refused with a clear reason, or stays data, within a time and a memory."""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aam.adapters.sources.files import FilesConnector
from aam.domain.errors import Fault, SourceError
from aam.ports import Source
from aos_common.folders import AllowedFolders

Bounded = Callable[[str, str], AbstractContextManager[None]]

GIB = 1 << 30
ZEROS = bytes(4 << 20)
BOMB_PIECES = 75


def sparse(path: Path, before: bytes, after: bytes, size: int = GIB) -> None:
    """A file of `size` zero bytes between two texts, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(before)
        file.seek(len(before) + size)
        file.write(after)


def zip_bomb(folder: Path, inner: str = "rows.csv", name: str = "bomb.zip") -> None:
    with (
        zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(inner, "w") as member,
    ):
        for _ in range(BOMB_PIECES):
            member.write(ZEROS)


def workbook_bomb(folder: Path) -> None:
    zip_bomb(folder, "xl/worksheets/sheet1.xml", "bomb.xlsx")


def lying_zip(folder: Path) -> None:
    """The list of members tells 3 bytes where 4 MiB are."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", b"id\n" + ZEROS)
    told = data.getvalue().replace(struct.pack("<L", len(ZEROS) + 3), struct.pack("<L", 3))
    (folder / "lying.zip").write_bytes(told)


def many_members(folder: Path) -> None:
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.csv", b"")


def nested_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))


def escaping_names(folder: Path) -> None:
    with zipfile.ZipFile(folder / "names.zip", "w") as archive:
        for name in ("../../escaped.csv", "/etc/escaped.csv", "a\\..\\escaped.csv"):
            archive.writestr(name, "id\n1\n")


def locked_zip(folder: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("rows.csv", "id\n1\n")
    raw = bytearray(data.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    (folder / "locked.zip").write_bytes(raw)


def gzip_bomb(folder: Path, name: str = "bomb.csv.gz", before: bytes = b"") -> None:
    with gzip.open(folder / name, "wb", compresslevel=1) as file:
        file.write(before)
        for _ in range(BOMB_PIECES):
            file.write(ZEROS)


def gzipped_parquet_bomb(folder: Path) -> None:
    gzip_bomb(folder, "bomb.parquet.gz", b"PAR1")


def wide_csv(folder: Path) -> None:
    names = ",".join(f"column_{number}" for number in range(100_000))
    (folder / "wide.csv").write_text(f"{names}\n" + ",".join("1" for _ in range(100_000)) + "\n")


def wide_json(folder: Path) -> None:
    (folder / "wide.jsonl").write_text(json.dumps({f"k{number}": 1 for number in range(100_000)}) + "\n")


def wide_parquet(folder: Path) -> None:
    pq.write_table(pa.table({f"c{number}": pa.array([1]) for number in range(5000)}), folder / "wide.parquet")


def huge_cell(folder: Path) -> None:
    sparse(folder / "cell.csv", b"id,name\n1,", b"\n")


def huge_first_line(folder: Path) -> None:
    sparse(folder / "line.csv", b"id,", b"\n1,2\n")


def huge_json_value(folder: Path) -> None:
    with (folder / "value.json").open("w") as file:
        file.write('[{"a":"')
        for _ in range(64):
            file.write("x" * (1 << 20))
        file.write('"}]')


def invalid_utf8(folder: Path) -> None:
    (folder / "mixed.csv").write_bytes(b"id,name\n1,\xc3\xa9\n2,\xff\xfe\n")


def deep_json(folder: Path) -> None:
    (folder / "deep.json").write_text('[{"a":' + "[" * 1_000_000)


def deep_line(folder: Path) -> None:
    (folder / "deep.jsonl").write_text('{"a":' + "[" * 150 + "]" * 150 + "}\n")


def repeated_key(folder: Path) -> None:
    keys = ",".join(f'"k{number}":1' for number in range(200_000))
    (folder / "twice.jsonl").write_text("{" + keys + ',"k199999":2}\n')


def truncated_parquet(folder: Path) -> None:
    pq.write_table(pa.table({"a": list(range(1000))}), folder / "cut.parquet")
    whole = (folder / "cut.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(whole[: len(whole) // 2])


def garbled_parquet(folder: Path) -> None:
    (folder / "bad.parquet").write_bytes(b"PAR1" + b"\xff" * 4000 + struct.pack("<L", 3000) + b"PAR1")


def far_cells(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "id", 1
    book.save(folder / "far.xlsx")


def locked_workbook(folder: Path) -> None:
    """The compound file that Excel writes for a workbook with a password; its streams are empty."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9L", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109L", 0, *[free] * 108)
    table = struct.pack("<128L", fat, end, *[free] * 126)
    names = (("Root Entry", 5, 1), ("EncryptionInfo", 2, 2), ("EncryptedPackage", 2, free))
    entries = b""
    for position, (name, kind, other) in enumerate(names):
        text = name.encode("utf-16-le") + b"\0\0"
        links = (free, free, other) if position == 0 else (free, other, free)
        entries += text.ljust(64, b"\0") + struct.pack("<HBB3L", len(text), kind, 1, *links)
        entries += bytes(36) + struct.pack("<LQ", end, 0)
    (folder / "locked.xlsx").write_bytes(head + table + entries.ljust(512, b"\0"))


FILES = {
    "zip bomb": (zip_bomb, "UNPACKS_TOO_LARGE"),
    "xlsx that is a bomb": (workbook_bomb, "UNPACKS_TOO_LARGE"),
    "zip with wrong sizes": (lying_zip, "BROKEN_ARCHIVE"),
    "zip with 10,001 members": (many_members, "ARCHIVE_TOO_LARGE"),
    "zip in a zip": (nested_zip, "ARCHIVE_MEMBER_REFUSED"),
    "zip with names like ../../x": (escaping_names, "ARCHIVE_MEMBER_REFUSED"),
    "zip with a password": (locked_zip, "ARCHIVE_MEMBER_REFUSED"),
    "gzip bomb": (gzip_bomb, "UNPACKS_TOO_LARGE"),
    "gzip bomb named Parquet": (gzipped_parquet_bomb, "UNPACKS_TOO_LARGE"),
    "100,000 columns, CSV": (wide_csv, "TOO_MANY_COLUMNS"),
    "100,000 keys, JSON": (wide_json, "TOO_MANY_COLUMNS"),
    "5,000 columns, Parquet": (wide_parquet, "TOO_MANY_COLUMNS"),
    "a cell of 1 GB": (huge_cell, "RECORD_TOO_LARGE"),
    "a first line of 1 GB": (huge_first_line, "RECORD_TOO_LARGE"),
    "a JSON value of 64 MB": (huge_json_value, "RECORD_TOO_LARGE"),
    "invalid UTF-8": (invalid_utf8, "MIXED_ENCODING"),
    "JSON 1,000,000 levels deep": (deep_json, "BROKEN_JSON"),
    "JSON 150 levels deep": (deep_line, "BROKEN_JSON"),
    "a key twice among 200,000": (repeated_key, "BROKEN_JSON"),
    "truncated Parquet": (truncated_parquet, "FILE_TRUNCATED"),
    "garbled Parquet": (garbled_parquet, "CORRUPT_FILE"),
    "xlsx with cells far apart": (far_cells, "RECORD_TOO_LARGE"),
    "xlsx with a password": (locked_workbook, "CORRUPT_FILE"),
}
"""What it is: who writes it, and the reason it is refused with."""


def source(folder: Path) -> Source:
    return FilesConnector(AllowedFolders((folder,))).open({"path": str(folder)}, {})


@pytest.mark.parametrize("what", FILES)
def test_hostile_file_when_discovered_and_read_then_is_refused_within_bounds(
    tmp_path: Path, bounded: Bounded, what: str
) -> None:
    build, reason = FILES[what]
    build(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with bounded(what, reason):
        found = source(tmp_path).discover()
        with pytest.raises(SourceError) as caught, source(tmp_path).read(found[0].name, {}) as read:
            list(read.batches())
    assert (caught.value.reason, caught.value.fault) == (reason, Fault.CONFIG)
    assert caught.value.hint
    assert len(str(caught.value)) < 1000
    assert all(one.error for one in found) or what == "a cell of 1 GB"
    assert sorted(tmp_path.rglob("*")) == before


def test_same_names_when_there_are_thousands_then_are_told_apart_soon(tmp_path: Path, bounded: Bounded) -> None:
    (tmp_path / "same.csv").write_text(",".join(["a"] * 4096) + "\n" + ",".join(["1"] * 4096) + "\n")
    with bounded("4,096 columns of one name", "read"):
        [stream] = source(tmp_path).discover()
    assert stream.schema is not None
    assert stream.schema.names[-1] == "a_4096"


def test_digits_when_a_cell_has_thousands_then_the_dialect_is_found_soon(tmp_path: Path, bounded: Bounded) -> None:
    (tmp_path / "digits.csv").write_text("id,b\n" + "1" * 60_000 + "x,2\n")
    with bounded("a cell of 60,000 digits and a letter", "read"):
        [stream] = source(tmp_path).discover()
    assert stream.schema is not None
    assert stream.schema.names == ["id", "b"]


def test_formulas_when_cells_begin_like_them_then_stay_the_text_they_are(tmp_path: Path, bounded: Bounded) -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=cmd|'/C calc'!A0"]
    (tmp_path / "cells.csv").write_text(
        "cell,n\n" + "".join(f'"{one.replace(chr(34), chr(34) * 2)}",1\n' for one in cells)
    )
    with bounded("CSV injection", "read as text"), source(tmp_path).read("cells.csv", {}) as read:
        found = [row["cell"] for batch in read.batches() for row in batch.data.to_pylist()]
    assert found == cells


def test_link_when_it_leads_out_of_the_allowed_folders_then_is_no_stream(tmp_path: Path, bounded: Bounded) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    with (
        bounded("symlink out of the folder", "no such stream"),
        pytest.raises(SourceError, match="no longer in"),
        source(tmp_path / "in").read("link.csv", {}),
    ):
        pass


def test_file_when_it_grows_while_it_is_read_then_the_reading_fails_as_transient(
    tmp_path: Path, bounded: Bounded
) -> None:
    (tmp_path / "log.csv").write_text("id\n" + "1\n" * 10)
    with (
        bounded("a file that grows while it is read", "FILE_CHANGED"),
        pytest.raises(SourceError) as caught,
        source(tmp_path).read("log.csv", {}) as read,
    ):
        for _ in read.batches():
            with (tmp_path / "log.csv").open("a") as file:
                file.write("2\n")
    assert (caught.value.reason, caught.value.fault) == ("FILE_CHANGED", Fault.TRANSIENT)
