"""`aos traces`: what took how long, of requests to the platform on this machine."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from aos_common.errors import DomainError, Kind
from rich.console import Console
from rich.table import Table

from aos_local.platform import Platform
from aos_local.traces.store import SpanStore, Trace
from aos_local.traces.tree import tree_of


class TraceUnknown(DomainError):
    """No trace that is kept begins so, or several do."""

    reason = "TRACE_UNKNOWN"
    kind = Kind.NOT_FOUND


def traces(platform: Platform, trace_id: str, *, slow: float, limit: int, as_json: bool) -> None:
    """Print the newest traces that took at least `slow` milliseconds, or one; raises TraceUnknown."""
    store = SpanStore(platform.settings.home.traces)
    if trace_id:
        _one(store, trace_id, as_json)
        return
    found = store.newest(limit, slow)
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=1))
        return
    Console().print(_table(found) if found else "No traces yet. They come with requests: aos views list")


def _one(store: SpanStore, trace_id: str, as_json: bool) -> None:
    spans = store.trace(trace_id)
    if not spans:
        raise TraceUnknown(f"No single trace begins with {trace_id!r}.", hint="List them: aos traces")
    if as_json:
        print(json.dumps([asdict(span) for span in spans], indent=1))
    else:
        Console().print(tree_of(spans))


def _table(found: list[Trace]) -> Table:
    table = Table("trace", "began", "what", "services", "spans", "ms", "failed", box=None, pad_edge=False)
    for one in found:
        began = datetime.fromtimestamp(one.start_ns / 1e9, UTC).strftime("%H:%M:%S")
        took = f"{(one.end_ns - one.start_ns) / 1e6:,.1f}"
        row = (one.trace_id[:16], began, one.name, " ".join(one.services), str(one.spans), took, str(one.failed or ""))
        table.add_row(*row)
    return table
