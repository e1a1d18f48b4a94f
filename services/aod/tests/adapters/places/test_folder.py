"""Looking at real files, good and broken."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aod.adapters.places import folder as module
from aod.adapters.places.folder import FolderPlace
from aod.domain.errors import PathNotAllowed, PlaceUnreadable
from aod.domain.finding import DataSet
from aod.domain.location import parse_location
from aos_common.folders import AllowedFolders


async def look(folder: Path, roots: Sequence[Path] = (Path("/"),)) -> tuple[dict[str, DataSet], list[str]]:
    found: dict[str, DataSet] = {}

    async def keep(data_set: DataSet) -> None:
        found[data_set.name] = data_set

    notes = await FolderPlace(AllowedFolders(roots)).look(parse_location(str(folder)), keep)
    return found, notes


async def test_look_when_the_folder_is_the_crm_then_rows_types_and_people_are_right(shared_data: Path) -> None:
    found, notes = await look(shared_data / "crm")
    rows = {name: data_set.rows for name, data_set in found.items()}
    assert rows == {"accounts.csv": 85, "products.csv": 7, "sales_pipeline.csv": 8800, "sales_teams.csv": 35}
    pipeline = {column.name: column for column in found["sales_pipeline.csv"].columns}
    types = {name: column.type for name, column in pipeline.items()}
    assert (types["opportunity_id"], types["engage_date"], types["close_value"]) == ("string", "date", "integer")
    assert pipeline["sales_agent"].pii == "person_name"
    assert all("***" in sample for sample in pipeline["sales_agent"].samples)
    assert pipeline["account"].null_ratio == pytest.approx(1425 / 8800, abs=0.02)
    assert found["sales_pipeline.csv"].keyed
    assert (notes, [data_set.error for data_set in found.values()]) == ([], [""] * 4)


async def test_look_when_names_promise_no_known_format_then_says_which_were_left_out(tmp_path: Path) -> None:
    for name in ("a.csv", "export", "logo.png", "sub.pdf", "z.doc"):
        (tmp_path / name).write_text("id,name\n1,x\n")
    found, notes = await look(tmp_path)
    assert list(found) == ["a.csv"]
    assert notes == ["4 files were left out, as no known format has such a name: export, logo.png, sub.pdf, …"]


async def test_look_when_the_bill_follows_focus_then_costs_are_decimals_and_nothing_is_personal(
    shared_data: Path,
) -> None:
    found, _ = await look(shared_data / "focus")
    columns = {column.name: column for column in found["focus_sample.csv"].columns}
    assert (found["focus_sample.csv"].rows, columns["BilledCost"].type) == (1000, "decimal")
    assert (columns["ChargePeriodStart"].type, columns["Tags"].type) == ("timestamp", "json")
    assert [name for name, column in columns.items() if column.pii] == []


async def test_look_when_files_are_of_every_format_then_each_is_named_as_the_mesh_names_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("id,name\n1,x\n")
    (tmp_path / "b.tsv").write_text("id\tname\n1\tx\n")
    (tmp_path / "c.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    (tmp_path / "d.json").write_text(json.dumps([{"id": 1, "more": {"a": 1}}]))
    (tmp_path / "e.csv.gz").write_bytes(gzip.compress(b"id,name\n1,x\n2,y\n"))
    table = pa.table(
        {
            "id": [1, 2],
            "price": [Decimal("1.50"), None],
            "tags": [["a"], None],
            "at": pa.array([0, 1], pa.timestamp("ns", "Europe/Berlin")),
        }
    )
    pq.write_table(table, tmp_path / "f.parquet")
    book = openpyxl.Workbook()
    book.active.title = "One"
    book.active.append(["id", "name"])
    book.active.append([1, "x"])
    other = book.create_sheet("Two")
    other.append(["id"])
    book.save(tmp_path / "g.xlsx")
    (tmp_path / "readme.md").write_text("no data")
    (tmp_path / ".hidden.csv").write_text("id\n1\n")
    found, _ = await look(tmp_path)
    assert {name: (d.format, d.rows) for name, d in found.items()} == {
        "b.tsv": ("tsv", 1),
        "c.jsonl": ("jsonl", 2),
        "d.json": ("json", 1),
        "e.csv.gz": ("csv", 2),
        "f.parquet": ("parquet", 2),
        "g.xlsx#One": ("excel", 1),
        "g.xlsx#Two": ("excel", -1),
        "sub/a.csv": ("csv", 1),
    }
    assert [column.type for column in found["f.parquet"].columns] == ["integer", "decimal", "json", "timestamp"]
    assert found["f.parquet"].columns[3].samples[0] == "1970-01-01 00:00:00.000000000Z"
    assert "header" in found["g.xlsx#Two"].error
    assert found["b.tsv"].bytes == (tmp_path / "b.tsv").stat().st_size


async def test_look_when_files_are_broken_then_each_says_why_and_no_other_suffers(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,name\n1,x\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "mixed.csv").write_bytes("name\nJosé\n".encode() + "Renée\n".encode("cp1252"))
    pq.write_table(pa.table({"n": list(range(5000))}), tmp_path / "cut.parquet")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "cut.parquet").read_bytes()[:2000])
    pq.write_table(pa.table({"span": pa.array([1], pa.duration("s"))}), tmp_path / "odd.parquet")
    (tmp_path / "notes.json").write_text("not json")
    found, _ = await look(tmp_path)
    errors = {name: data_set.error for name, data_set in found.items()}
    assert errors.pop("good.csv") == ""
    for name, words in {
        "empty.csv": "empty",
        "mixed.csv": "encoding",
        "cut.parquet": "cut short",
        "odd.parquet": "duration",
        "notes.json": "JSON",
    }.items():
        assert words in errors[name]
        assert name in errors[name]
    assert found["cut.parquet"].rows == -1


async def test_look_when_a_file_is_large_then_it_is_sampled_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aod.adapters.places import sampling

    monkeypatch.setattr(sampling, "SMALL_BYTES", 1000)
    (tmp_path / "large.csv").write_text("id\n" + "".join(f"{n}\n" for n in range(100_000)))
    found, _ = await look(tmp_path)
    assert (found["large.csv"].rows, found["large.csv"].looked_at) == (-1, 2000)


async def test_look_when_a_file_is_read_whole_then_its_sample_is_spread(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n\n" + "".join(f"{n // 50_000}\n" for n in range(100_000)))
    found, _ = await look(tmp_path)
    assert (found["a.csv"].rows, found["a.csv"].looked_at, found["a.csv"].columns[0].distinct) == (100_000, 2000, 2)


async def test_look_when_links_lead_out_then_they_are_not_followed_and_it_says_so(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text("id\n1\n")
    (inside / "real.csv").write_text("id\n1\n")
    (inside / "link.csv").symlink_to(outside / "secret.csv")
    (inside / "twin.csv").symlink_to(inside / "real.csv")
    (inside / "folder").symlink_to(outside)
    (inside / "lost.csv").symlink_to(inside / "nowhere.csv")
    os.mkfifo(inside / "pipe.csv")
    found, notes = await look(inside)
    assert sorted(found) == ["real.csv", "twin.csv"]
    assert any("links that lead out" in note for note in notes)


async def test_look_when_the_path_is_outside_the_roots_then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "out").symlink_to(tmp_path)
    for path in (tmp_path, tmp_path / "root" / "out"):
        with pytest.raises(PathNotAllowed):
            await look(path, [tmp_path / "root"])
    with pytest.raises(PathNotAllowed):
        await look(tmp_path, [])


async def test_look_when_there_is_no_folder_then_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(PlaceUnreadable, match="nowhere does not exist"):
        await look(tmp_path / "nowhere")


async def test_look_when_the_place_is_one_file_then_it_is_the_data_set(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    assert list((await look(tmp_path / "a.csv"))[0]) == ["a.csv"]


async def test_look_when_folders_are_deep_then_the_note_says_what_was_left_out(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghi")
    deep.mkdir(parents=True)
    (deep / "x.csv").write_text("id\n1\n")
    (deep.parent / "y.csv").write_text("id\n1\n")
    found, notes = await look(tmp_path)
    assert list(found) == ["a/b/c/d/e/f/g/h/y.csv"]
    assert notes == ["folders deeper than 8 levels were not looked at"]


async def test_look_when_there_are_too_many_files_then_it_fails_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("id\n1\n")
    with pytest.raises(PlaceUnreadable, match="more than 2 data files"):
        await look(tmp_path)


def test_app_when_imported_then_the_file_libraries_are_not() -> None:
    code = "import sys, aod.app; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
