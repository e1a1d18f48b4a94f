"""Whatever a CSV or JSON writer writes reads back as it was, wherever blocks and batches end."""

import csv
import json
from pathlib import Path

from aos_common.tabular import Layout, ReadOptions, TabularFormat, open_batches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=30)
GENTLE = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@GENTLE
@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.integers(200, 2000))
def test_csv_when_every_value_is_quoted_then_reads_back_equal(
    tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str, block: int
) -> None:
    path = tmp_path / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("a", "b", "c"), *rows])
    layout = TabularFormat(Layout.DELIMITED, delimiter=delimiter)
    read = [
        tuple(row.values())
        for batch in open_batches(path, layout=layout, options=ReadOptions(batch_bytes=block))
        for row in batch.data.to_pylist()
    ]
    assert read == [tuple(value or None for value in row) for row in rows]


@GENTLE
@given(st.lists(st.dictionaries(TEXT.filter(str.strip), TEXT, min_size=1, max_size=4), min_size=1, max_size=20))
def test_json_lines_when_written_then_read_back_equal(tmp_path: Path, records: list[dict[str, str]]) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    read = [row for batch in open_batches(path) for row in batch.data.to_pylist()]
    for record, row in zip(records, read, strict=True):
        assert {name: value for name, value in row.items() if value} == {k: v for k, v in record.items() if v}
