"""Answers that go on: texts over a WebSocket for as long as the caller's token lives."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import WebSocket, WebSocketDisconnect

__all__ = ["send_texts"]


async def send_texts(websocket: WebSocket, texts: AsyncIterator[str], seconds: float) -> None:
    """Send until `seconds` are over or the client goes; what the client sends is read and ignored."""

    async def send() -> None:
        async for text in texts:
            await websocket.send_text(text)

    async def listen() -> None:
        while True:
            await websocket.receive()

    tasks = [asyncio.create_task(send()), asyncio.create_task(listen())]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() for task in tasks):
            await websocket.close(code=1008, reason="the access token has expired")
    except WebSocketDisconnect:
        return
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
