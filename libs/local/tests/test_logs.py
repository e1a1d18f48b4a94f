from pathlib import Path

from aos_local.processes.logs import bound, tail


def test_tail_when_the_log_is_long_then_gives_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert tail(log, 2) == "line 9998\nline 9999"
    assert tail(tmp_path / "none.log") == ""


def test_tail_when_lines_are_long_then_gives_them_whole(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("".join(f"{number}{'x' * 100_000}\n" for number in range(5)))
    assert [len(line) for line in tail(log, 2).splitlines()] == [100_001, 100_001]
    assert len(tail(log, 9).splitlines()) == 5


def test_log_when_too_large_then_moves_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("a") as writer:
        writer.write("x" * 101)
        writer.flush()
        bound(tmp_path, limit=100)
        writer.write("new")
    assert log.read_text() == "new"
    assert (tmp_path / "a.log.1").read_text() == "x" * 101
