"""Spans in one SQLite file: the newest hundred thousand."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

MOST = 100_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS spans (
    number INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT NOT NULL,
    service TEXT NOT NULL, name TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
    failed INTEGER NOT NULL, attributes TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS spans_by_trace ON spans (trace_id);
"""
_NEWEST = """
SELECT trace_id, count(*), sum(failed), min(start_ns), max(end_ns), group_concat(DISTINCT service)
FROM spans GROUP BY trace_id HAVING max(end_ns) - min(start_ns) >= ? ORDER BY min(start_ns) DESC LIMIT ?"""


@dataclass(frozen=True)
class Span:
    """One span; times in nanoseconds since the epoch, ids in hex, `parent_id` empty for a root."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    start_ns: int
    end_ns: int
    failed: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """A trace at a glance."""

    trace_id: str
    name: str
    services: tuple[str, ...]
    spans: int
    failed: int
    start_ns: int
    end_ns: int


class SpanStore:
    """Keeps spans; one process writes, any may read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def create(self) -> None:
        """Create the file; readers may look while it is written."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_SCHEMA)

    def add(self, spans: Iterable[Span]) -> None:
        """Add spans; the oldest make room."""
        rows = [
            (s.trace_id, s.span_id, s.parent_id, s.service, s.name, s.start_ns, s.end_ns, s.failed, _text(s.attributes))
            for s in spans
        ]
        with closing(self._open()) as database, database:
            database.executemany(
                "INSERT INTO spans (trace_id, span_id, parent_id, service, name, start_ns, end_ns, failed, attributes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            database.execute("DELETE FROM spans WHERE number <= (SELECT max(number) FROM spans) - ?", [MOST])

    def newest(self, limit: int, at_least_ms: float = 0) -> list[Trace]:
        """Return the newest traces that took at least so long."""
        if not self._file.exists():
            return []
        with closing(self._open()) as database:
            found = database.execute(_NEWEST, [int(at_least_ms * 1e6), limit]).fetchall()
            return [
                Trace(trace_id, _root(self._spans(database, trace_id)), tuple(sorted(services.split(","))), *figures)
                for trace_id, *figures, services in found
            ]

    def trace(self, prefix: str) -> list[Span]:
        """Return the spans of the trace whose id begins so, by start; empty when there is none, or several."""
        if not self._file.exists():
            return []
        with closing(self._open()) as database:
            like = (prefix.lower(), prefix.lower() + "g")
            ids = database.execute("SELECT DISTINCT trace_id FROM spans WHERE trace_id >= ? AND trace_id < ?", like)
            found = ids.fetchmany(2)
            return self._spans(database, found[0][0]) if len(found) == 1 else []

    @staticmethod
    def _spans(database: sqlite3.Connection, trace_id: str) -> list[Span]:
        rows = database.execute(
            "SELECT trace_id, span_id, parent_id, service, name, start_ns, end_ns, failed, attributes"
            " FROM spans WHERE trace_id = ? ORDER BY start_ns",
            [trace_id],
        )
        return [
            Span(trace, span, parent, service, name, start, end, bool(failed), json.loads(attributes))
            for trace, span, parent, service, name, start, end, failed, attributes in rows
        ]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=10)


def _root(spans: list[Span]) -> str:
    known = {span.span_id for span in spans}
    return next((span.name for span in spans if span.parent_id not in known), "")


def _text(attributes: dict[str, str]) -> str:
    return json.dumps(attributes, ensure_ascii=False)
