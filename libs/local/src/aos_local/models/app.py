"""The three providers in one application, and what it was sent."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aos_local.models.recording import Fault, Recorder
from aos_local.models.wire import anthropic, gemini, openai

__all__ = ["create_app"]


def create_app(recorder: Recorder) -> Starlette:
    """Serve all three; GET /requests shows bodies, PUT /faults {"faults": […], "always": …} plans faults."""

    async def requests(_: Request) -> Response:
        sent = [
            {"vendor": one.vendor, "path": one.path, "body": one.body.decode("utf-8", "replace")}
            for one in recorder.requests
        ]
        return JSONResponse({"requests": sent})

    async def faults(request: Request) -> Response:
        planned = await request.json()
        try:
            recorder.always = Fault(planned["always"]) if planned.get("always") else None
            recorder.faults.clear()
            recorder.faults.extend(Fault(name) for name in planned.get("faults", []))
        except ValueError as error:
            return JSONResponse({"error": f"{error}; use one of {', '.join(Fault)}"}, 422)
        return JSONResponse({"faults": list(recorder.faults), "always": recorder.always})

    return Starlette(
        routes=[
            *openai.routes(recorder),
            *anthropic.routes(recorder),
            *gemini.routes(recorder),
            Route("/requests", requests, methods=["GET"]),
            Route("/faults", faults, methods=["PUT"]),
        ]
    )
