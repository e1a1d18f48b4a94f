"""Google's Gemini API: generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content)."""

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

_STATUSES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}
WHOLE, STREAMED = "generateContent", "streamGenerateContent"


def routes(recorder: Recorder) -> list[Route]:
    """Return the routes below /v1beta."""

    async def generate(request: Request) -> Response:
        model, _, method = request.path_params["call"].partition(":")
        if method not in (WHOLE, STREAMED):
            return JSONResponse(_refuse(404, "Method not found."), 404)

        def say(body: dict[str, Any], invent: bool) -> Response:
            return _say(model, method == STREAMED, body, invent)

        key = request.headers.get("x-goog-api-key") or request.query_params.get("key", "")
        return await answered(recorder, request, "gemini", key, _refuse, say, unauthorized=400)

    return [Route("/v1beta/models/{call:path}", generate, methods=["POST"])]


def _refuse(status: int, message: str) -> dict[str, Any]:
    error: dict[str, Any] = {"code": status, "message": message, "status": _STATUSES.get(status, "UNKNOWN")}
    if "API key" in message:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]
    return {"error": error}


def _say(model: str, streamed: bool, body: dict[str, Any], invent: bool) -> Response:
    if model.startswith("unknown"):
        raise Refused(404, f"models/{model} is not found for API version v1beta.")
    contents = body["contents"]
    if any(content.get("role", "user") not in ("user", "model") for content in contents):
        raise Refused(400, "Please use a valid role: user, model.")
    material = "".join(part.get("text", "") for part in contents[-1]["parts"])
    text = compose(material, invent=invent)
    shared = {"modelVersion": model, "responseId": uuid.uuid4().hex[:16]}
    usage = {"promptTokenCount": len(material) // 4, "candidatesTokenCount": len(text) // 4}
    usage["totalTokenCount"] = sum(usage.values())
    if not streamed:
        return JSONResponse({"candidates": [_candidate(text, "STOP")], "usageMetadata": usage, **shared})
    return events(_parts(text, usage, shared))


def _parts(text: str, usage: dict[str, int], shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for piece in pieces(text):
        yield "", {"candidates": [_candidate(piece, None)], "usageMetadata": usage, **shared}
    yield "", {"candidates": [_candidate("", "STOP")], "usageMetadata": usage, **shared}


def _candidate(text: str, finish: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    return {**said, "finishReason": finish} if finish else said
