"""RPCs that answer with a stream pass the same checks as those that answer once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from aos_common.errors import DomainError, Kind
from aos_common.grpc import RemoteError, bearer, calls, current_caller
from aos_common.testing import Issuer

METHOD = "/test.v1.Streams/AskCount"


class Spent(DomainError):
    reason = "SPENT"
    kind = Kind.PRECONDITION


class Counting:
    """Says who asks, then counts to what it was sent; 3 ends in a named error, 4 in an unnamed one, 0 never."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def count(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        try:
            yield str(current_caller().tenant_id).encode()
            if request == b"0":
                await asyncio.Event().wait()
            for number in range(int(request)):
                yield str(number).encode()
            if request == b"3":
                raise Spent("Nothing is left.", hint="Ask tomorrow.")
            if request == b"4":
                raise ValueError("a detail that must stay inside")
        finally:
            self.ended.set()

    def register(self, server: grpc.aio.Server) -> None:
        handlers = {"AskCount": grpc.unary_stream_rpc_method_handler(self.count)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.v1.Streams", handlers),))


async def _ask(channel: grpc.aio.Channel, issuer: Issuer | None, upto: bytes, tenant: Any = None) -> list[bytes]:
    metadata = bearer(issuer.token(tenant or uuid4())) if issuer else ()
    got: list[bytes] = []
    async with calls("test"):
        async for message in channel.unary_stream(METHOD)(upto, metadata=metadata, timeout=10):
            got.append(message)
    return got


async def test_stream_when_the_caller_is_nobody_then_nothing_is_sent() -> None:
    issuer, counting = Issuer(), Counting()
    async with issuer.rpc(counting.register) as channel:
        with pytest.raises(RemoteError) as raised:
            await _ask(channel, None, b"2")
        assert raised.value.kind is Kind.UNAUTHENTICATED
        with pytest.raises(RemoteError):
            await _ask(channel, Issuer(), b"2")
    assert not counting.ended.is_set()


async def test_stream_when_the_token_verifies_then_messages_come_for_its_tenant() -> None:
    issuer, tenant = Issuer(), uuid4()
    async with issuer.rpc(Counting().register) as channel:
        assert await _ask(channel, issuer, b"2", tenant) == [str(tenant).encode(), b"0", b"1"]


async def test_stream_when_it_fails_on_its_way_then_the_error_is_named_and_keeps_details_inside() -> None:
    issuer = Issuer()
    async with issuer.rpc(Counting().register) as channel:
        with pytest.raises(RemoteError, match="Nothing is left") as raised:
            await _ask(channel, issuer, b"3")
        assert (raised.value.reason, raised.value.hint) == ("SPENT", "Ask tomorrow.")
        with pytest.raises(RemoteError) as hidden:
            await _ask(channel, issuer, b"4")
        assert hidden.value.kind is Kind.INTERNAL
        assert "detail" not in str(hidden.value)


async def test_stream_when_the_caller_goes_away_then_the_handler_ends() -> None:
    issuer, counting = Issuer(), Counting()
    async with issuer.rpc(counting.register) as channel:
        call = channel.unary_stream(METHOD)(b"0", metadata=bearer(issuer.token(uuid4())))
        await anext(aiter(call))
        call.cancel()
        async with asyncio.timeout(10):
            await counting.ended.wait()
