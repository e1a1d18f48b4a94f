"""Receives OTLP over HTTP (protobuf, as every OpenTelemetry SDK sends it) on loopback and keeps the spans.

The protocol: https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import gzip
import zlib
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import islice
from typing import ClassVar

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from aos_local.traces.store import Span, SpanStore

PATH = "/v1/traces"
MOST_BYTES = 16 * 1024 * 1024
MOST_ATTRIBUTES, MOST_LENGTH = 32, 500


def server(port: int, store: SpanStore) -> ThreadingHTTPServer:
    """Return a receiver, bound and ready to serve; each of the few senders keeps one connection."""
    handler = type("Handler", (_Handler,), {"store": store})
    return _Server(("127.0.0.1", port), handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a sender that goes away sends again, or does not."""


class _Handler(BaseHTTPRequestHandler):
    """One connection of a sender."""

    store: ClassVar[SpanStore]
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:
        """Keep what was sent."""
        body = self._body() if self.path == PATH else b""
        if not body:
            self.close_connection = True  # what it sends is not read to its end
            self._answer(404 if self.path != PATH else 413)
            return
        try:
            self.store.add(spans_of(_unpacked(body) if self.headers.get("content-encoding") == "gzip" else body))
        except (DecodeError, OSError, EOFError, zlib.error):
            self._answer(400)
            return
        self._answer(200)

    def _body(self) -> bytes:
        """The body, also a chunked one, as Envoy sends; empty when there is none, or too much."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            length = int(self.headers.get("content-length") or 0)
            return self.rfile.read(length) if length <= MOST_BYTES else b""
        parts: list[bytes] = []
        while size := int(self.rfile.readline(20).split(b";")[0] or b"0", 16):
            if sum(map(len, parts)) + size > MOST_BYTES:
                return b""
            parts.append(self.rfile.read(size))
            self.rfile.readline(2)
        self.rfile.readline(2)
        return b"".join(parts)

    def do_GET(self) -> None:
        """Say that the receiver is there."""
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: a line a batch helps nobody."""


def _unpacked(body: bytes) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
        return packed.read(MOST_BYTES)


def spans_of(body: bytes) -> list[Span]:
    """Read an export request; raises DecodeError."""
    request = ExportTraceServiceRequest.FromString(body)
    found = []
    for resource in request.resource_spans:
        service = _attributes(resource.resource.attributes).get("service.name", "")
        for scope in resource.scope_spans:
            found += [
                Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    service,
                    span.name,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == Status.STATUS_CODE_ERROR,
                    _attributes(span.attributes),
                )
                for span in scope.spans
            ]
    return found


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, str]:
    return {pair.key: _text(pair)[:MOST_LENGTH] for pair in islice(pairs, MOST_ATTRIBUTES)}


def _text(pair: KeyValue) -> str:
    kind = pair.value.WhichOneof("value")
    return str(getattr(pair.value, kind)) if kind else ""
