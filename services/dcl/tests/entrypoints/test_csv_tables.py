from pathlib import Path

import pytest
from dcl.domain.matching.model import MAX_VALUES
from dcl.entrypoints import csv_tables
from dcl.entrypoints.csv_tables import FileMissing, FileNotText, FileWithoutHeader, TableTooWide, read_table


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "名稱,價格\n甲,1\n".encode(),
        "名稱,價格\r\n甲,1\r\n".encode("utf-8-sig"),
        "名稱,價格\n甲,1\n".encode("utf-16"),
        "名稱,價格\n甲,1\n".encode("gb18030"),
        "名稱;價格\n甲;1\n".encode(),
        "名稱\t價格\n甲\t1\n".encode(),
    ],
)
def test_file_when_encoded_or_parted_otherwise_then_reads_the_same(tmp_path: Path, content: bytes) -> None:
    columns = read_table(write(tmp_path, content)).columns
    assert [(column.name, column.values) for column in columns] == [("名稱", ("甲",)), ("價格", ("1",))]


def test_file_when_western_then_accents_survive(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "prénom,âge\nZoé,3\n".encode("cp1252"))).columns[0].name == "prénom"


def test_rows_when_ragged_then_short_ones_are_null_and_surplus_is_dropped(tmp_path: Path) -> None:
    columns = read_table(write(tmp_path, b"a,b\n1\n2,3,4\n\n")).columns
    assert [column.values for column in columns] == [("1", "2"), (None, "3")]


def test_header_when_empty_or_repeated_then_every_column_keeps_a_name(tmp_path: Path) -> None:
    columns = read_table(write(tmp_path, b"a,,a\n1,2,3\n")).columns
    assert [column.name for column in columns] == ["a", "column 2", "a"]
    assert columns[2].values == ("3",)


def test_header_when_alone_then_columns_have_no_values(tmp_path: Path) -> None:
    assert [column.values for column in read_table(write(tmp_path, b"a,b")).columns] == [(), ()]


def test_value_when_quoted_over_lines_then_is_one(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, b'a,b\n"x\ny",2\n')).columns[0].values == ("x\ny",)


def test_rows_when_many_then_are_taken_from_all_over(tmp_path: Path) -> None:
    values = (
        read_table(write(tmp_path, b"a,b\n" + b"".join(b"%d,x\n" % row for row in range(10_000)))).columns[0].values
    )
    assert len(values) == MAX_VALUES
    assert values[0] == "0"
    assert int(values[-1] or 0) > 9_900


def test_file_when_large_then_pieces_are_read_from_all_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_tables, "WHOLE_FILE_BYTES", 50_000)
    monkeypatch.setattr(csv_tables, "PIECE_BYTES", 1_000)
    path = write(tmp_path, b"a,b\n" + b"".join(b"%d,y\n" % row for row in range(50_000)))
    numbers = [int(value or 0) for value in read_table(path).columns[0].values]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 48_000


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", FileWithoutHeader),
        (b"\n\n", FileWithoutHeader),
        (b"PK\x03\x04\x00\x00\x00", FileNotText),
        (b"a," * 2_001, TableTooWide),
    ],
)
def test_file_when_unusable_then_says_why(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_table(write(tmp_path, content))


def test_file_when_absent_or_a_folder_then_is_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileMissing):
            read_table(path)
