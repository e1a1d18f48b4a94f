"""Ranges of the times at which a group's files were changed: in a folder and in a bucket, resumable."""

import os
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import fsspec
import pytest
from aam.adapters.sources.files import FilesConnector
from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_local.testing import s3

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def source(path: str | Path, **settings: Any) -> Any:
    connector = FilesConnector(AllowedFolders((Path("/"),)), Egress("127.0.0.1"), batch_bytes=64)
    return connector.open(*connector.split({"path": str(path), **settings}))


def _known(of: Any) -> Any:
    return next(one.schema for one in of.discover() if one.name == "all")


def _days(first: int, last: int) -> Span:
    return Span(MARCH + timedelta(days=first), MARCH + timedelta(days=last))


def _read(of: Any, span: Span, known: Any, place: Any = None) -> tuple[list[tuple[list[str], Any]], bool]:
    with of.read_span("all", span, place or {}, known) as read:
        assert [one.name for one in read.schema.columns] == known.names
        found = [(batch.data.column("id").to_pylist(), batch.state) for batch in read.batches()]
        return found, read.snapshot


def test_span_when_of_a_folder_then_holds_the_files_changed_in_it_and_resumes(tmp_path: Path) -> None:
    for day in range(6):
        more = ",extra" if day == 5 else ""
        lines = "".join(f"{day}-{n}{',x' if more else ''}\n" for n in range(40))
        (tmp_path / f"{day}.csv").write_text(f"id{more}\n{lines}")
        at = (MARCH + timedelta(days=day)).timestamp()
        os.utime(tmp_path / f"{day}.csv", (at, at))
    of = source(tmp_path, streams={"all": "*.csv"})
    known = _known(of)
    whole, begins = _read(of, _days(1, 3), known)
    assert [id_ for ids, _ in whole for id_ in ids] == [f"{day}-{n}" for day in (1, 2) for n in range(40)]
    assert begins
    assert len(whole) > 4
    for number, (_, state) in enumerate(whole, 1):
        rest, begins = _read(of, _days(1, 3), known, state)
        assert (rest, begins) == (whole[number:], False)
    assert _read(of, _days(1, 4), known, whole[2][1])[1], "the place was in another range"
    assert _read(of, _days(9, 10), known)[0] == []


def test_span_when_of_a_bucket_then_goes_by_its_times() -> None:
    with s3() as (url, options):
        store = fsspec.filesystem("s3", **options, use_listings_cache=False)
        store.pipe(f"{url}/in/a.csv", b"id\n1\n")
        time.sleep(1.1)
        between = datetime.now(UTC)
        time.sleep(1.1)
        store.pipe(f"{url}/in/b.csv", b"id\n2\n")
        keys = {"endpoint": options["endpoint_url"], "access_key": options["key"], "secret_key": options["secret"]}
        of = source(f"{url}/in", streams={"all": "*.csv"}, **keys)
        hour = timedelta(hours=1)
        known = _known(of)
        assert [ids for ids, _ in _read(of, Span(between, between + hour), known)[0]] == [["2"]]
        assert [ids for ids, _ in _read(of, Span(between - hour, between), known)[0]] == [["1"]]


def test_span_when_of_one_file_or_of_numbers_then_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(BackfillRefused, match="one file"), source(tmp_path).read_span("a.csv", _days(0, 1), {}, None):
        pass
    of, numbers = source(tmp_path, streams={"all": "*.csv"}), Span(Decimal(1), Decimal(2))
    with pytest.raises(BackfillRefused, match="the time at which"), of.read_span("all", numbers, {}, _known(of)):
        pass
