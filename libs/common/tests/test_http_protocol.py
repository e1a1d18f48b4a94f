"""The HTTP parser of every service, fed over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from aos_common.http_protocol import MAX_HEAD, BoundedHead
from fastapi import FastAPI, Request

CHUNK = b"x" * 16_384


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = FastAPI()

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    server = uvicorn.Server(uvicorn.Config(app, port=0, http=BoundedHead, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def _answer(port: int, *parts: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(4096), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("start", [b"POST /size?", b"POST /size HTTP/1.1\r\nx-long: "])
async def test_head_when_it_never_ends_then_the_connection_does(port: int, start: bytes) -> None:
    answer = await _answer(port, start, *([CHUNK] * 64))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


async def test_head_when_many_small_headers_come_then_400(port: int) -> None:
    headers = b"".join(f"x-{number}: {'y' * 100}\r\n".encode() for number in range(MAX_HEAD // 100))
    answer = await _answer(port, b"POST /size HTTP/1.1\r\n" + headers)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert str(MAX_HEAD).encode() in answer


async def test_body_when_it_is_longer_than_a_head_may_be_then_is_read(port: int) -> None:
    head = f"POST /size HTTP/1.1\r\nhost: x\r\ncontent-length: {64 * len(CHUNK)}\r\n\r\n".encode()
    answer = await _answer(port, head, *([CHUNK] * 64))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(str(64 * len(CHUNK)).encode())


async def test_requests_when_they_share_a_connection_then_each_has_its_own_bound(port: int) -> None:
    one = b"POST /size HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nx-pad: " + b"z" * 40_000 + b"\r\n\r\n"
    answer = await _answer(port, one, one, one)
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_handshake_when_a_header_is_longer_than_websockets_take_then_400(port: int) -> None:
    lines = b"GET / HTTP/1.1", b"host: x", b"connection: upgrade", b"upgrade: websocket", b"x-long: " + b"y" * 9_000
    answer = await _answer(port, b"\r\n".join(lines) + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
