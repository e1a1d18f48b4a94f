"""Identity's token endpoint and key set on a port of their own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from uuid import UUID

from aos_common.testing import Issuer


@contextmanager
def token_server(issuer: Issuer) -> Iterator[str]:
    """Serve service tokens and keys; yields the root URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            tenant, client = UUID(form["tenant_id"][0]), form["client_id"][0]
            token = issuer.token(tenant, ("service",), client)
            self._answer({"access_token": token, "token_type": "Bearer", "expires_in": 600})

        def do_GET(self) -> None:
            self._answer(issuer.jwks)

        def _answer(self, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
