"""How HTTP/1.1 is read: the fast parser, with a bound on what it keeps."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.http11 import MAX_LINE_LENGTH

__all__ = ["MAX_HEAD", "BoundedHead"]

MAX_HEAD = 64 * 1024
"""Bytes of a request line and headers; the gateway lets half of that through."""


class BoundedHead(HttpToolsProtocol):
    """Refuses a request whose head does not end within `MAX_HEAD` bytes; the parser itself would keep any amount."""

    _head = 0

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless it makes a head too long."""
        super().data_received(data)
        self._head += len(data)
        if self._head > MAX_HEAD and self.parser is not None:
            self.send_400_response(f"The request line and headers are longer than {MAX_HEAD} bytes.")

    def handle_websocket_upgrade(self) -> None:
        """Refuse what the WebSocket library cannot parse: it would leave the client without any answer."""
        if any(len(name) + len(value) + len(": \r\n") > MAX_LINE_LENGTH for name, value in self.headers):
            self.send_400_response(f"A header of a WebSocket's handshake is longer than {MAX_LINE_LENGTH} bytes.")
            return
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """Count from here."""
        super().on_message_begin()
        self._head = 0

    def on_headers_complete(self) -> None:
        """Count no more: what follows is the body, which the routes bound."""
        super().on_headers_complete()
        self._head = -(2**62)
