"""Spans on this machine: sent by a real SDK, kept in bounds, shown as a tree."""

import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from aos_local.processes.ports import free_port
from aos_local.traces import receiver as receiving
from aos_local.traces import store as stores
from aos_local.traces.receiver import server
from aos_local.traces.store import Span, SpanStore
from aos_local.traces.tree import tree_of
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from rich.console import Console


@pytest.fixture
def store(tmp_path: Path) -> SpanStore:
    made = SpanStore(tmp_path / "traces" / "spans.sqlite")
    made.create()
    return made


@pytest.fixture
def url(store: SpanStore) -> Iterator[str]:
    port = free_port()
    with server(port, store) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{port}/v1/traces"
        receiver.shutdown()
        thread.join()


def _span(number: int, trace: str = "aa" * 16, parent: str = "", **more: object) -> Span:
    start = 1_700_000_000_000_000_000 + number * 1_000_000
    return Span(trace, f"{number:016x}", parent, "aam", f"step {number}", start, start + 2_500_000, **more)  # type: ignore[arg-type]  # test data


def test_spans_when_a_real_sdk_sends_them_then_are_kept_with_service_parent_and_failure(
    store: SpanStore, url: str
) -> None:
    provider = TracerProvider(resource=Resource.create({"service.name": "aam"}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=url)))
    tracer = provider.get_tracer("test")
    with pytest.raises(ValueError, match="odd"), tracer.start_as_current_span("GET /x", attributes={"rows": 3}):  # noqa: SIM117  the inner span fails first
        with tracer.start_as_current_span("inner"):
            raise ValueError("odd")
    provider.shutdown()
    [glance] = store.newest(5)
    assert (glance.name, glance.services, glance.spans, glance.failed) == ("GET /x", ("aam",), 2, 2)
    outer, inner = store.trace(glance.trace_id[:8])
    assert (inner.parent_id, inner.failed, outer.attributes["rows"]) == (outer.span_id, True, "3")


@pytest.mark.parametrize(("path", "body", "status"), [("", b"\xff\xff", 400), ("/other", b"x", 404)])
def test_receiver_when_it_is_sent_something_else_then_refuses_and_goes_on(
    store: SpanStore, url: str, path: str, body: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert httpx.post(url + path, content=body).status_code == status
    monkeypatch.setattr(receiving, "MOST_BYTES", 9)
    assert httpx.post(url, content=b"x" * 10).status_code == 413
    assert httpx.get(url).status_code == 200
    chunks = (b"\xff" for _ in range(2))
    assert httpx.post(url, content=chunks).status_code == 400, "a chunked body is read"
    assert httpx.post(url, content=(b"x" * 5 for _ in range(2))).status_code == 413
    assert store.newest(5) == []


def test_store_when_it_is_full_then_the_oldest_make_room(store: SpanStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MOST", 3)
    store.add(_span(number) for number in range(5))
    assert [span.name for span in store.trace("aa")] == ["step 2", "step 3", "step 4"]


def test_store_when_a_prefix_names_several_traces_or_none_then_shows_neither(store: SpanStore) -> None:
    store.add([_span(1, "ab" * 16), _span(2, "ac" * 16)])
    assert store.trace("a") == store.trace("ff") == []
    assert [span.name for span in store.trace("ab")] == ["step 1"]
    assert [one.name for one in store.newest(5)] == ["step 2", "step 1"]
    assert store.newest(5, at_least_ms=10) == []


def test_tree_when_parents_are_missing_then_those_spans_stand_at_the_top() -> None:
    root = _span(1)
    spans = [root, _span(2, parent=root.span_id), _span(3, parent="ffffffffffffffff", failed=True)]
    console = Console(width=100, record=True, file=StringIO())
    console.print(tree_of(spans))
    lines = console.export_text().splitlines()
    depths = [(len(line) - len(line.lstrip("│├└─ "))) // 4 for line in lines]
    assert depths == [0, 1, 2, 1]
    assert "+1.0" in lines[2]
    assert "failed" in lines[3]
