"""Keeps secrets out of logs, traces and stored errors.

Fields that are known to be harmless are written as they are; every other text is searched for what looks like a
credential, and a field whose name promises one is never written.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status

__all__ = ["ScrubbedExporter", "ScrubbedFormatter", "redact", "scrub"]

HIDDEN = "***"
MAX_TEXT = 20_000
"""Characters of one text that are searched and written; the rest is cut off."""
MAX_DEPTH = 6

# fmt: off
VERBATIM = frozenset({
    "attempts", "connection", "consumer", "entry", "failures", "group", "grpc", "http", "job", "kind", "level",
    "method", "permanent", "reason", "role", "rows", "run", "scan", "seconds", "service", "since", "state", "status",
    "stream", "tenant", "timestamp", "trace_id", "transient", "type",
})
"""Names of fields with values that this code makes: never a text from outside."""
# fmt: on

_NAMES = (
    r"passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie|dsn"
)
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*://)[^\s\"'<>]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}"), HIDDEN),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            rf"([\"']?[\w.-]*(?:{_NAMES})[\w.-]*[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|\[[^\]]*\]|[^\s,;&}})]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # Keys of this platform, of vaults and of clouds; then any long mixture of capitals, small letters and digits.
    (re.compile(r"\b(?:aos_\w+_|hvs\.|hvb\.|AKIA|ASIA|ghp_|xox[abp]-|sk-)[A-Za-z0-9_-]{12,}"), HIDDEN),
    (re.compile(r"(?<![\w/+=-])(?=[\w/+=-]*[A-Z])(?=[\w/+=-]*[a-z])(?=[\w/+=-]*\d)[\w+=-]{32,}"), HIDDEN),
    # PostgreSQL repeats the values of a row in the DETAIL of an error.
    (re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE), rf"\1: {HIDDEN}"),
)


def scrub(text: str) -> str:
    """Return the text without what looks like a credential."""
    text = text[:MAX_TEXT]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redact(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A structlog processor; it comes last before the renderer."""
    for name, value in event.items():
        if name not in VERBATIM:
            event[name] = HIDDEN if _SECRET_NAME.search(name) else _clean(value, MAX_DEPTH)
    return event


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth and isinstance(value, Mapping):
        return {
            str(name): HIDDEN if _SECRET_NAME.search(str(name)) else _clean(one, depth - 1)
            for name, one in value.items()
        }
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(one, depth - 1) for one in value]
    return scrub(str(value))


class ScrubbedFormatter(logging.Formatter):
    """Writes the records of libraries, with their tracebacks, without credentials."""

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, then scrub the whole."""
        return scrub(super().format(record))


class ScrubbedExporter(SpanExporter):
    """Hands spans on with their attributes, statuses and recorded exceptions scrubbed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export scrubbed copies."""
        return self._exporter.export([_scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter."""
        return self._exporter.force_flush(timeout_millis)


QUERY = "url.query"
"""Of a server's span: a provider's code or a mail's ticket may stand there. The gateway's spans have none either."""


def _scrubbed(span: ReadableSpan) -> ReadableSpan:
    described = span.status.description
    attributes = {name: value for name, value in (span.attributes or {}).items() if name != QUERY}
    return ReadableSpan(
        name=scrub(span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=_clean(attributes, 2),
        events=[Event(event.name, _clean(event.attributes or {}, 2), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, scrub(described) if described else None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
