"""What the gateway tells the receiver of spans."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ENOUGH = 6
"""Requests after which Envoy sends what it has, without waiting for its five seconds."""


class _Receiver(BaseHTTPRequestHandler):
    received: list[bytes]

    def do_POST(self) -> None:
        """Keep the body, which Envoy sends in chunks."""
        while size := int(self.rfile.readline(20), 16):
            self.received.append(self.rfile.read(size))
            self.rfile.readline(2)
        self.rfile.readline(2)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output clean."""


def test_span_when_a_query_holds_a_secret_then_it_has_the_path_alone(gateway: Any, tmp_path: Path) -> None:
    received: list[bytes] = []
    handler = type("Receiver", (_Receiver,), {"received": received, "protocol_version": "HTTP/1.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
        with gateway.another(tmp_path, otlp_endpoint=endpoint, trace_sample=1.0) as traced:
            for _ in range(ENOUGH):
                assert traced.call("/invitation?ticket=hunter2").status == 200
            url = f"http://127.0.0.1:{traced.port}/invitation".encode()
            deadline = time.monotonic() + 15
            while url not in b"".join(received) and time.monotonic() < deadline:
                time.sleep(0.1)
    finally:
        server.shutdown()
        server.server_close()
    sent = b"".join(received)
    assert url in sent
    assert b"hunter2" not in sent
