"""Delimited text: what is read, what is handed back, what is refused."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest
from aos_common.tabular import ReadOptions, TabularBatch, open_batches, sniff
from aos_common.tabular.delimited import BLOCK
from aos_common.tabular.errors import (
    BrokenGzip,
    FileEmpty,
    FileMissing,
    HeaderOnly,
    MixedEncoding,
    RecordTooLarge,
    UnclosedQuote,
    WrongEncoding,
)


def rows(batches: list[TabularBatch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.data.to_pylist()]


def write(folder: Path, content: bytes | str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("|", "a.txt")])
def test_sniff_when_a_delimiter_is_consistent_then_finds_it(tmp_path: Path, delimiter: str, name: str) -> None:
    path = write(tmp_path, f"name{delimiter}note\n" + f'Ann{delimiter}"x, y; z"\n' * 3, name)
    assert sniff(path).delimiter == delimiter
    assert rows(list(open_batches(path)))[0] == {"name": "Ann", "note": "x, y; z"}


def test_values_when_read_then_keep_the_raw_text(tmp_path: Path) -> None:
    path = write(tmp_path, "id,amount,at\n007,1.10,03/04/2024\n008,1e3,2024-01-01\n")
    assert rows(list(open_batches(path))) == [
        {"id": "007", "amount": "1.10", "at": "03/04/2024"},
        {"id": "008", "amount": "1e3", "at": "2024-01-01"},
    ]


def test_nulls_when_unquoted_or_empty_then_null_and_when_quoted_then_text(tmp_path: Path) -> None:
    path = write(tmp_path, 'a,b\nNULL,"NULL"\n\\N,""\n,x\n')
    assert rows(list(open_batches(path))) == [{"a": None, "b": "NULL"}, {"a": None, "b": None}, {"a": None, "b": "x"}]
    kept = open_batches(path, options=ReadOptions(null_markers=("x",)))
    assert rows(list(kept))[0] == {"a": "NULL", "b": "NULL"}


def test_ragged_rows_when_met_then_handed_back_with_their_record_number(tmp_path: Path) -> None:
    lines = ["a,b"] + [f"{n},x" if n % 50 else f"{n},x,y" for n in range(1, 1001)]
    path = write(tmp_path, "\n".join(lines) + "\n")
    batches = list(open_batches(path, options=ReadOptions(batch_bytes=900)))
    assert len(batches) > 5
    rejected = [rejected for batch in batches for rejected in batch.rejected]
    assert [one.row for one in rejected] == list(range(50, 1001, 50))
    assert rejected[0].text == "50,x,y"
    assert "3 values" in rejected[0].reason
    for batch in batches:
        assert [str(n) for n in batch.record_numbers().to_pylist()] == batch.data.column("a").to_pylist()


@pytest.mark.parametrize("large_at", [1, 60_000, 149_999])
def test_record_when_larger_than_a_block_then_every_row_and_reject_is_still_told_once(
    tmp_path: Path, large_at: int
) -> None:
    texts = {n: f"{n},x" for n in range(1, 150_001)}
    texts |= {n: f"{n},x,y" for n in range(7, 150_001, 10_000)}
    texts[large_at] = f'{large_at},"' + "line\n" * (BLOCK // 4) + '"'
    path = write(tmp_path, "a,b\n" + "\n".join(texts.values()) + "\n")
    batches = list(open_batches(path))
    found = [one.row for batch in batches for one in batch.rejected]
    assert found == list(range(7, 150_001, 10_000))
    told = [number for batch in batches for number in batch.record_numbers().to_pylist()]
    assert told == [int(row["a"]) for row in rows(batches)] == sorted(texts.keys() - set(found))
    assert max(batch.data.nbytes for batch in batches) > BLOCK


def test_header_when_names_repeat_or_are_blank_then_gets_stable_suffixes(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,,name, name ,name_2\n1,a,b,c,d,e\n")
    assert open_batches(path).schema.names == ["id", "name", "column_3", "name_3", "name_4", "name_2"]


def test_header_when_the_first_row_is_data_then_columns_are_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, "1,2024-01-01,x\n2,2024-01-02,y\n")
    assert not sniff(path).header
    reader = open_batches(path)
    assert reader.schema.names == ["column_1", "column_2", "column_3"]
    assert sum(batch.data.num_rows for batch in reader) == 2


def test_header_when_it_counts_years_then_is_a_header(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "team,2023,2024\nred,1,2\nblue,3,4\n")).header


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_when_in_a_known_encoding_then_reads_the_letters(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "name,city\nJosé,Zürich\nZoë,Málaga\n".encode(encoding))
    assert rows(list(open_batches(path))) == [{"name": "José", "city": "Zürich"}, {"name": "Zoë", "city": "Málaga"}]


def test_text_when_two_encodings_are_mixed_then_names_record_and_offset(tmp_path: Path) -> None:
    content = b"name\n" + "José\n".encode() + b"plain\n" + "Zoë\n".encode("cp1252")
    with pytest.raises(MixedEncoding) as caught:
        sniff(write(tmp_path, content))
    assert caught.value.metadata == {"file": "data.csv", "record": "3", "offset": str(content.index(b"\xeb"))}
    assert "encoding" in caught.value.hint


def test_encoding_when_given_then_is_not_judged_and_must_exist(tmp_path: Path) -> None:
    path = write(tmp_path, b"name\nJos\xc3\xa9\nZo\xeb\n")
    reader = open_batches(path, layout=sniff(path, encoding="latin-1"))
    assert [row["name"] for row in rows(list(reader))] == ["Jos\xc3\xa9", "Zo\xeb"]
    with pytest.raises(WrongEncoding, match="does not decode as utf-8"):
        list(open_batches(path, layout=sniff(path, encoding="utf-8")))
    with pytest.raises(WrongEncoding, match="no encoding"):
        sniff(path, encoding="klingon")


def test_gzip_when_whole_then_reads_and_when_cut_then_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(5000)))
    assert len(rows(list(open_batches(write(tmp_path, packed, "a.csv.gz"))))) == 5000
    with pytest.raises(BrokenGzip, match=r"b\.csv\.gz"):
        open_batches(write(tmp_path, packed[: len(packed) // 2], "b.csv.gz"))
    with pytest.raises(BrokenGzip, match="not gzip"):
        open_batches(write(tmp_path, "a,b\n1,2\n", "c.csv.gz"))


def test_file_when_missing_empty_blank_or_header_only_then_each_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        sniff(tmp_path / "none.csv")
    for content in ("", "\n\n  \n"):
        with pytest.raises(FileEmpty):
            open_batches(write(tmp_path, content))
    with pytest.raises(HeaderOnly) as caught:
        open_batches(write(tmp_path, "id,name\n"))
    assert caught.value.metadata["columns"].split("\n") == ["id", "name"]


def test_quote_when_never_closed_then_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'a,b\n1,ok\n2,"open\n3,x\n4,y\n')
    with pytest.raises(UnclosedQuote) as caught:
        list(open_batches(path))
    assert caught.value.metadata["record"] == "2"
    with pytest.raises(RecordTooLarge):
        list(open_batches(path, options=ReadOptions(batch_bytes=12)))


def test_quoted_line_ends_when_inside_a_value_then_stay_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'a,b\r\n1,"x\ny"\r\n2,"say ""hi"""')
    assert rows(list(open_batches(path))) == [{"a": "1", "b": "x\ny"}, {"a": "2", "b": 'say "hi"'}]


def test_columns_when_excluded_then_are_not_read(tmp_path: Path) -> None:
    reader = open_batches(write(tmp_path, "a,b,c\n1,2,3\n"), options=ReadOptions(exclude_columns=frozenset({"b"})))
    assert rows(list(reader)) == [{"a": "1", "c": "3"}]


def test_real_files_when_read_then_sums_are_exact(shared_data: Path) -> None:
    billed = effective = Decimal(0)
    for batch in open_batches(shared_data / "focus" / "focus_sample.csv"):
        billed += sum(Decimal(text) for text in batch.data.column("BilledCost").to_pylist())
        effective += sum(Decimal(text) for text in batch.data.column("EffectiveCost").to_pylist())
    assert (billed, effective) == (Decimal("20.52022672899"), Decimal("14.97651418586"))
    won = [
        Decimal(row["close_value"])
        for batch in open_batches(shared_data / "crm" / "sales_pipeline.csv")
        for row in batch.data.to_pylist()
        if row["deal_stage"] == "Won"
    ]
    assert (len(won), sum(won)) == (4238, Decimal(10_005_534))
