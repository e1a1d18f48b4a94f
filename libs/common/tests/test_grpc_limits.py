"""Long metadata is either allowed or not, and an error arrives however long its texts are."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import grpc
import pytest
from aos_common.errors import DomainError, Kind
from aos_common.grpc import MAX_METADATA, RemoteError, bearer, calls, server
from aos_common.testing import Issuer
from h2.connection import H2Connection
from h2.events import RemoteSettingsChanged
from h2.settings import SettingCodes

METHOD = "/test.v1.Long/GetError"
GRPC_SOFT_LIMIT = 8 * 1024
"""Bytes of metadata from which on a gRPC client may end a call with RESOURCE_EXHAUSTED."""


class Long(DomainError):
    reason = "LONG"
    kind = Kind.PRECONDITION


def _register(instance: grpc.aio.Server) -> None:
    async def fail(request: bytes, context: Any) -> bytes:
        text = request.decode() * 5000
        raise Long(text, hint=text, table=text, column=text, row=text, value=text)

    handlers = {"GetError": grpc.unary_unary_rpc_method_handler(fail)}
    instance.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.v1.Long", handlers),))


@pytest.mark.parametrize("letter", ["a", "é", "я", "語", "😀", "%"])
async def test_error_when_its_texts_are_long_then_its_trailers_stay_below_what_clients_take(letter: str) -> None:
    issuer = Issuer()
    async with issuer.rpc(_register) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await channel.unary_unary(METHOD)(letter.encode(), metadata=bearer(issuer.token(uuid4())), timeout=10)
    error = raised.value
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION, error.details()
    pairs = [("grpc-status", b"9"), ("grpc-message", quote(error.details() or "").encode()), *error.trailing_metadata()]
    # What counts of a pair is 32 bytes more than its text (RFC 9113 §6.5.2); binary values travel in base64.
    assert sum(32 + len(name) + len(value) * (4 / 3 if name.endswith("-bin") else 1) for name, value in pairs) < (
        GRPC_SOFT_LIMIT
    )


async def test_error_when_its_texts_are_long_then_message_and_hint_keep_their_beginning() -> None:
    issuer = Issuer()
    async with issuer.rpc(_register) as channel:
        with pytest.raises(RemoteError) as raised:
            async with calls("test"):
                token = bearer(issuer.token(uuid4()))
                await channel.unary_unary(METHOD)("я".encode(), metadata=token, timeout=10)
    error = raised.value
    assert (error.reason, error.message, error.hint) == ("LONG", "я" * 500, "я" * 500)
    assert error.metadata == {"table": "я" * 500, "column": "", "row": "", "value": ""}


async def test_server_when_connected_then_it_allows_twice_the_headers_that_the_gateway_lets_through() -> None:
    verifier = Issuer().verifier()
    instance, port = server(verifier, [_register], "127.0.0.1:0")
    await instance.start()
    client = H2Connection()
    client.initiate_connection()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(client.data_to_send())
    allowed: list[int] = []
    async with asyncio.timeout(10):
        while not allowed:
            events = client.receive_data(await reader.read(65536))
            changes = [e.changed_settings for e in events if isinstance(e, RemoteSettingsChanged)]
            allowed = [c[SettingCodes.MAX_HEADER_LIST_SIZE].new_value for c in changes]
    writer.close()
    await writer.wait_closed()
    await instance.stop(None)
    await verifier.close()
    assert allowed == [MAX_METADATA]
