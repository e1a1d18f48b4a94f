"""Anthropic's API: messages, whole and streamed (https://docs.anthropic.com/en/api/messages)."""

import uuid
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aos_local.models.composing import compose, pieces
from aos_local.models.recording import Recorder
from aos_local.models.wire.answers import Refused, answered, events

__all__ = ["routes"]

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
}


def routes(recorder: Recorder) -> list[Route]:
    """Return the routes below /v1."""

    async def message(request: Request) -> Response:
        if "anthropic-version" not in request.headers:
            return JSONResponse(_refuse(400, "anthropic-version: header is required"), 400)
        # Its own clients send the newer form; the older is what its documentation shows.
        key = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        return await answered(recorder, request, "anthropic", key, _refuse, _say)

    return [Route("/v1/messages", message, methods=["POST"])]


def _refuse(status: int, message: str) -> dict[str, Any]:
    error = {"type": _TYPES.get(status, "api_error"), "message": message}
    return {"type": "error", "error": error, "request_id": f"req_{uuid.uuid4().hex[:24]}"}


def _say(body: dict[str, Any], invent: bool) -> Response:
    if body["model"].startswith("unknown"):
        raise Refused(404, f"model: {body['model']}")
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        raise Refused(400, "max_tokens: Field required")
    if any(message["role"] not in ("user", "assistant") for message in body["messages"]):
        raise Refused(400, "messages: Unexpected role; instructions go into the top-level `system` parameter")
    text = compose(_material(body["messages"]), invent=invent)
    usage = {"input_tokens": len(str(body["messages"])) // 4, "output_tokens": len(text) // 4}
    message: dict[str, Any] = {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
    return events(_events(message, text)) if body.get("stream") else JSONResponse(message)


def _events(message: dict[str, Any], text: str) -> Iterator[tuple[str, Any]]:
    def event(kind: str, **fields: Any) -> tuple[str, Any]:
        return kind, {"type": kind, **fields}

    begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield event("message_start", message=begun)
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield event("ping")
    for piece in pieces(text):
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield event("content_block_stop", index=0)
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    yield event("message_delta", delta=ended, usage={"output_tokens": message["usage"]["output_tokens"]})
    yield event("message_stop")


def _material(messages: list[dict[str, Any]]) -> str:
    content = next(message["content"] for message in reversed(messages) if message["role"] == "user")
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
