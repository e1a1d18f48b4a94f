from aoa.domain.sync import Connection, StreamSync, Sync, announcement, outcome, progress, sources_of_unread, unread

CRM = Connection("1", "crm", "ACTIVE")


def _sync(run_id: str, *streams: StreamSync, state: str = "succeeded") -> Sync:
    return Sync(CRM, run_id, state, streams)


def _read(name: str, rows: int = 5, batches: int = 1) -> StreamSync:
    return StreamSync(name, "succeeded", rows, batches=batches)


def _unchanged(name: str) -> StreamSync:
    return StreamSync(name, "succeeded", note="unchanged since the last run")


def test_announcement_when_streams_were_empty_held_or_unchanged_then_only_read_ones_count() -> None:
    syncs = [_sync("r", _read("a"), _read("empty", 0, 0), _unchanged("b"), StreamSync("c", "held"))]
    assert announcement(syncs).streams == 2


def test_sources_when_streams_were_read_by_different_syncs_then_each_newest_one_is_found() -> None:
    now = _sync("now", _unchanged("a"), _unchanged("b"), _unchanged("never"))
    newer, older = _sync("newer", _read("a"), _unchanged("b")), _sync("older", _read("a"), _read("b"))
    oldest = _sync("oldest", _read("a"), _read("b"))
    assert unread(now) == {"a", "b", "never"}
    assert [s.run_id for s in sources_of_unread(now, [now, newer, older, oldest])] == ["newer", "older"]


def test_progress_when_a_stream_is_being_read_then_its_rows_count_so_far() -> None:
    reading = _sync("r", _read("a", 100), StreamSync("b", "running", rows_read=20), state="running")
    assert progress([reading]) == "1 of 2 streams, 120 rows"


def test_outcome_when_many_streams_failed_then_some_are_named_and_the_rest_counted() -> None:
    failed = [StreamSync(f"f{n}", "failed", error="bad") for n in range(7)]
    told = outcome([_sync("r", *failed, state="failed")])
    assert told.startswith("7 of 7 streams, 0 rows; failed: crm/f0 (bad), ")
    assert "and 2 more" in told


def test_useless_when_a_failed_sync_brought_something_then_it_was_not() -> None:
    assert not _sync("r", _read("a"), StreamSync("b", "failed"), state="failed").useless
    assert _sync("r", StreamSync("b", "failed"), state="failed").useless
    assert not _sync("r", StreamSync("b", "held")).useless, "waiting for a mapping is no failure"
