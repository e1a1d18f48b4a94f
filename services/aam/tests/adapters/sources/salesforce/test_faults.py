"""Each refusal and breakage of `wire-notes.md`, on demand, and what the connector makes of it."""

from typing import Any

import pytest
from aam.adapters.sources.salesforce.api.client import ATTEMPTS
from aam.domain.errors import Fault, SourceError
from aos_local.salesforce.client import Emulator

ROWS = 3_000
START = "2024-01-01T00:00:00Z"
"""Settings under which reading uses jobs, and pages."""
BULK, REST = {"bulk_from_rows": 1}, {"bulk_from_rows": 1_000_000}


@pytest.fixture(autouse=True)
def _accounts(emulator: Emulator) -> None:
    emulator.generate("Account", ROWS, start=START, seconds=60)


@pytest.mark.parametrize(
    ("settings", "fault", "changes"),
    [
        (REST, "invalid_session", {"path": "/query"}),
        (BULK, "invalid_session", {"path": "/results"}),
        (REST, "server_error", {"times": 2}),
        (REST, "unavailable", {"path": "/query/01g", "times": 3}),
        (REST, "not_acceptable", {"path": "/queryAll", "times": 2}),
        (REST, "setting_up", {"times": 2}),
        (REST, "not_json", {"path": "/query", "times": 2}),
        (REST, "truncated", {"path": "/query", "times": 2}),
        (BULK, "results_truncated", {"times": 2}),
        (BULK, "server_error", {"path": "/jobs/query", "times": 3}),
        (BULK, "not_json", {"path": "/jobs/query$", "times": 1}),
        (BULK, "unavailable", {"path": "/results", "times": 2}),
        (REST, "invalid_locator", {"times": 1_000}),
        (REST, "query_timeout", {"path": "SELECT\\+Id", "times": 2}),
        (BULK, "query_timeout", {"path": "COUNT", "times": 1}),
        (BULK, "job_timeout", {"times": 2}),
        (BULK, "bulk_unsupported", {}),
        (BULK, "bulk_compound", {}),
        (BULK, "bulk_no_query", {}),
        (BULK, "bulk_forbidden", {}),
        (BULK, "job_failed", {}),
    ],
)
def test_read_when_trouble_passes_then_every_row_arrives_once(
    settings: dict[str, int], fault: str, changes: dict[str, object], emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.arm(fault, **changes)
    found = read(open_source(**settings), "Account")
    assert emulator.struck() > 0
    assert len(found.ids) == len(set(found.ids)) == ROWS
    assert {entry["method"] for entry in emulator.requests() if "/sobjects" in entry["path"]} == {"GET"}


@pytest.mark.parametrize(
    ("settings", "fault", "reason", "kind", "told"),
    [
        (REST, "request_limit", "SOURCE_LIMIT_REACHED", Fault.TRANSIENT, "no API requests left"),
        (BULK, "request_limit", "SOURCE_LIMIT_REACHED", Fault.TRANSIENT, "no API requests left"),
        (REST, "too_many", "SOURCE_LIMIT_REACHED", Fault.TRANSIENT, "no API requests left"),
        (BULK, "bulk_daily_limit", "SOURCE_LIMIT_REACHED", Fault.TRANSIENT, "Wait"),
        (BULK, "bulk_restriction", "SOURCE_PERMISSION_DENIED", Fault.CONFIG, "View All Data"),
        (REST, "transaction_security", "SOURCE_PERMISSION_DENIED", Fault.CONFIG, "Exempt from Transaction Security"),
        (REST, "malformed_query", "SOURCE_FAILED", Fault.SYSTEM, "unexpected token"),
        (REST, "invalid_field", "SOURCE_CHANGED", Fault.CONFIG, "Gone__c"),
        (BULK, "job_aborted", "SOURCE_INCOMPLETE", Fault.TRANSIENT, "aborted"),
        (REST, "server_error", "SOURCE_UNREACHABLE", Fault.TRANSIENT, "status.salesforce.com"),
        (REST, "truncated", "SOURCE_UNREACHABLE", Fault.TRANSIENT, "does not answer"),
        (BULK, "results_truncated", "SOURCE_UNREACHABLE", Fault.TRANSIENT, "does not answer"),
        (REST, "not_json", "SOURCE_UNREACHABLE", Fault.TRANSIENT, "does not answer"),
        (REST, "query_timeout", "SOURCE_TIMEOUT", Fault.TRANSIENT, "xclude"),
    ],
)
def test_read_when_trouble_stays_then_it_is_named_with_what_to_do(
    settings: dict[str, int],
    fault: str,
    reason: str,
    kind: Fault,
    told: str,
    emulator: Emulator,
    open_source: Any,
    read: Any,
) -> None:
    source = open_source(**settings)
    source.check()
    emulator.arm(fault, times=1_000)
    emulator.forget()
    with pytest.raises(SourceError) as caught:
        read(source, "Account")
    assert (caught.value.reason, caught.value.fault) == (reason, kind)
    assert told in str(caught.value)
    assert caught.value.hint
    assert len(emulator.requests()) < 120
    for secret in ("example-secret", "5Aep861example", "00D000000000001!"):
        assert secret not in f"{caught.value} {caught.value.internal} {caught.value!r}"


def test_request_when_it_fails_again_and_again_then_is_given_up_after_a_few_attempts(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    source = open_source()
    source.check()
    emulator.arm("unavailable", times=1_000)
    emulator.forget()
    with pytest.raises(SourceError):
        source.check()
    assert len(emulator.requests()) == ATTEMPTS


def test_budget_when_the_organisation_has_used_its_share_then_stops_and_says_how_much(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    emulator.turn(api_limit=1_000, api_used=790)
    source = open_source(**REST)
    with pytest.raises(SourceError) as caught:
        for _ in range(20):
            source.check()
    assert (caught.value.reason, caught.value.fault) == ("SOURCE_BUDGET_SPENT", Fault.TRANSIENT)
    assert "800 of 1000" in caught.value.message
    before = len(emulator.requests())
    with pytest.raises(SourceError):
        source.check()
    assert len(emulator.requests()) == before


def test_budget_when_a_run_has_used_its_share_then_stops(emulator: Emulator, open_source: Any, read: Any) -> None:
    emulator.turn(api_limit=40)
    source = open_source()
    with pytest.raises(SourceError, match="This run has used 10 of the organisation's 40"):
        for _ in range(20):
            source.check()


def test_jobs_when_reading_is_given_up_then_none_is_left_behind(
    emulator: Emulator, open_source: Any, read: Any
) -> None:
    source = open_source(**BULK)
    with source.read("Account", {}) as reading:
        next(reading.batches())
    emulator.arm("results_truncated", times=1_000)
    with pytest.raises(SourceError):
        read(source, "Account")
    emulator.disarm()
    assert emulator.asked("POST", "/jobs/query") == emulator.asked("DELETE", "/jobs/query/")
    assert emulator.asked("POST", "/jobs/query") >= 2


def test_answer_when_it_has_no_end_then_is_not_held_in_memory(
    emulator: Emulator, open_source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_source()
    source.check()
    monkeypatch.setattr("aam.adapters.sources.salesforce.api.client.MAX_JSON_BYTES", 5_000)
    endless = '["' + "x" * 20_000 + '"]'
    emulator.arm(path="/sobjects", status=200, body=endless, times=100)
    with pytest.raises(SourceError) as caught:
        source.check()
    assert (caught.value.reason, caught.value.fault) == ("SOURCE_UNREACHABLE", Fault.TRANSIENT)
    emulator.disarm()
    emulator.arm(path="/sobjects", status=400, body="x" * (2 << 20), times=100)
    with pytest.raises(SourceError, match="does not answer"):
        source.check()
