"""OpenAI's API: chat completions, whole and streamed (https://platform.openai.com/docs/api-reference/chat)."""

import time
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

_TYPES = {401: ("invalid_request_error", "invalid_api_key"), 429: ("requests", "rate_limit_exceeded")}
ROLES = {"system", "developer", "user", "assistant", "tool"}


def routes(recorder: Recorder) -> list[Route]:
    """Return the routes below /v1."""

    async def complete(request: Request) -> Response:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        return await answered(recorder, request, "openai", key, _refuse, _say)

    return [Route("/v1/chat/completions", complete, methods=["POST"])]


def _refuse(status: int, message: str) -> dict[str, Any]:
    kind, code = _TYPES.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _say(body: dict[str, Any], invent: bool) -> Response:
    model = str(body["model"])
    if model.startswith("unknown"):
        raise Refused(404, f"The model `{model}` does not exist or you do not have access to it.")
    text = compose(_material(body["messages"]), invent=invent)
    shared = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}
    if body.get("stream"):
        return events(_chunks(shared, text))
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return JSONResponse({**shared, "object": "chat.completion", "choices": [choice], "usage": _usage(body, text)})


def _chunks(shared: dict[str, Any], text: str) -> Iterator[tuple[str, Any]]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> tuple[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return "", {**shared, "object": "chat.completion.chunk", "choices": [choice]}

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    yield from (chunk({"content": piece}) for piece in pieces(text))
    yield chunk({}, "stop")
    yield "", "[DONE]"


def _material(messages: Any) -> str:
    """The last user's message; the roles and contents of all are checked."""
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.")
    for message in messages:
        if message.get("role") not in ROLES:
            raise Refused(400, f"Invalid value: '{message.get('role')}'.")
    content = next(message["content"] for message in reversed(messages) if message["role"] == "user")
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    asked, said = len(str(body["messages"])) // 4, len(text) // 4
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
