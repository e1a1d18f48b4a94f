import json
import subprocess
import sys
from pathlib import Path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dcl", "match", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_match_when_asked_for_json_then_prints_all_pairs_assignment_first(shared_data: Path) -> None:
    pair = shared_data / "mapping" / "oc3_oracle_mysql"
    done = run(pair / "source.csv", pair / "target.csv", "--meta", pair / "meta.json", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert len(rows) == 43 * 59
    first = rows[:43]
    assert len({row["source"] for row in first}) == len({row["target"] for row in first}) == 43
    assert {"source": "PRODUCTS.PRODUCT_NAME", "target": "PRODUCTS.PRODUCTNAME"}.items() <= first[0].items()
    rest = [row["score"] for row in rows[43:]]
    assert rest == sorted(rest, reverse=True)


def test_match_when_read_by_a_person_then_prints_the_assignment_with_reasons(shared_data: Path) -> None:
    pair = shared_data / "mapping" / "smutf_03"
    done = run(pair / "source.csv", pair / "target.csv")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["SOURCE", "TARGET", "SCORE", "BECAUSE"]
    assert {tuple(line.split()[:2]) for line in lines[1:]} == {
        ("作者", "author"), ("標題", "title"), ("日期", "date"), ("subtopic", "board"),
    }  # fmt: skip


def test_match_when_input_is_unusable_then_exits_2_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "good.csv").write_text("a,b\n")
    (tmp_path / "meta.json").write_text("[1]")
    for arguments, problem in (
        ((tmp_path / "empty.csv", tmp_path / "good.csv"), "empty.csv is empty"),
        ((tmp_path / "good.csv", tmp_path / "none.csv"), "cannot read"),
        ((tmp_path / "good.csv", tmp_path / "good.csv", "--meta", tmp_path / "meta.json"), "not an object"),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert problem in done.stderr
        assert "hint: " in done.stderr
        assert not done.stdout
