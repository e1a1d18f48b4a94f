"""The REST side of a service: errors as RFC 9457 problems, the caller from the token, health and OpenAPI."""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from importlib import resources
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from opentelemetry import propagate, trace
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from aos_common import metrics
from aos_common.auth import Caller, TokenVerifier
from aos_common.calls.audit import Call, Trail, handling, identify
from aos_common.calls.idempotency import Store
from aos_common.calls.replay import Replaying, bearer_of
from aos_common.errors import WIRE, DomainError, Kind, Unauthenticated

__all__ = ["CurrentCaller", "WebSocketCaller", "create_app", "problem", "remaining_seconds"]

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)

Check = Callable[[], Awaitable[None]]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SUBPROTOCOL_PREFIX = "bearer."


PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "Why a request was refused (RFC 9457); some reasons carry further members.",
    "required": ["type", "title", "status", "reason", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:autonomos:error:<reason>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "reason": {"type": "string", "description": "The error's name, the same over gRPC."},
        "detail": {"type": "string", "description": "What is wrong."},
        "hint": {"type": "string", "description": "What to do next."},
    },
}
REFUSAL: dict[str, Any] = {
    "description": "Any other status: a problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def problem(
    status: int, reason: str, detail: str, *, hint: str = "", retry_after: int = 1, **members: Any
) -> JSONResponse:
    """Return an RFC 9457 problem; `reason` is the same name gRPC's ErrorInfo carries.

    `retry_after`: seconds, sent where a later request can succeed (429, 503).
    """
    body = {"type": f"urn:autonomos:error:{reason}", "title": reason.replace("_", " ").capitalize(), "status": status}
    body |= {"reason": reason, "detail": detail, **({"hint": hint} if hint else {}), **members}
    headers = {"Retry-After": str(retry_after)} if status in (429, 503) else {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _problem_of(error: DomainError) -> JSONResponse:
    status = WIRE[error.kind].http
    more: dict[str, Any] = {"hint": error.hint, "retry_after": error.retry_after, **error.metadata}
    return problem(status, error.reason, error.message, **more)


async def _caller(request: Request) -> Caller:
    token = bearer_of(request.scope)
    if not token:
        raise Unauthenticated("This needs an access token.", hint="Send `Authorization: Bearer …`; sign in to get one.")
    verifier: TokenVerifier = request.app.state.verifier
    caller = await verifier.verify(token)
    identify(caller)
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]
"""Route parameter: the verified caller. The tenant comes from here and nowhere else."""


async def _websocket_caller(websocket: WebSocket) -> Caller:
    """Take the token from the header, or from the last subprotocol, since browsers cannot set headers here."""
    offered = [text.strip() for text in websocket.headers.get("sec-websocket-protocol", "").split(",")]
    spoken = [text for text in offered if text and not text.startswith(SUBPROTOCOL_PREFIX)]
    websocket.state.subprotocol = spoken[0] if spoken else None
    token = bearer_of(websocket.scope)
    if not token and offered[-1].startswith(SUBPROTOCOL_PREFIX):
        token = offered[-1].removeprefix(SUBPROTOCOL_PREFIX)
    if not token:
        raise Unauthenticated("This needs an access token.", hint="Send it as the last subprotocol, `bearer.<token>`.")
    verifier: TokenVerifier = websocket.app.state.verifier
    caller = await verifier.verify(token)
    identify(caller)
    return caller


WebSocketCaller = Annotated[Caller, Depends(_websocket_caller)]
"""The verified caller of a WebSocket."""


def remaining_seconds(caller: Caller) -> float:
    """Return how long a stream may stay open: until the token that opened it expires."""
    return max(0.0, caller.expires_at - time.time())


def create_app(
    *,
    service: str,
    title: str,
    prefix: str,
    routers: Sequence[APIRouter],
    also: Mapping[str, Sequence[APIRouter]] | None = None,
    verifier: TokenVerifier,
    trail: Trail | None = None,
    store: Store | None = None,
    checks: Sequence[Check] = (),
    traced: bool = False,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Build a service's REST app: `routers` under `prefix`, docs under `prefix/docs`, health at /health/*.

    `also` adds routers below other prefixes, in the same OpenAPI document. `trail` records refusals for the audit log,
    `store` keeps the answers to requests with an Idempotency-Key. `traced`: spans are exported.
    """
    app = FastAPI(
        title=title,
        version="1",
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses={"default": REFUSAL},
        # FastAPI's own spans, where they are exported; a span of each step within a route would cost more than most.
        telemetry={
            "tracing": traced,
            "operation_spans": False,
            "metrics": False,
            "logs": False,
            "exclude": _is_routine,
        },
    )
    _describe_problems(app)
    app.state.verifier = verifier
    app.state.trail = trail
    for below, group in {prefix: routers, **(also or {})}.items():
        for router in group:
            app.include_router(router, prefix=below)
    _add_docs(app, title, prefix)
    _add_error_handlers(app)
    _add_health(app, service, checks)
    app.add_middleware(_Handling)
    if store is not None:
        app.add_middleware(Replaying, store=store, verifier=verifier, refuse=_problem_of)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Add the shape of refusals to the OpenAPI document."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        document.setdefault("components", {}).setdefault("schemas", {}).setdefault("Problem", PROBLEM)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _add_docs(app: FastAPI, title: str, prefix: str) -> None:
    """Add the interactive API documentation; its script comes from a wheel, since a machine may have no internet."""
    files = resources.files("fastapi_offline") / "static"

    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=f"{prefix}/openapi.json",
            title=title,
            swagger_js_url=f"{prefix}/docs/swagger-ui-bundle.js",
            swagger_css_url=f"{prefix}/docs/swagger-ui.css",
            swagger_favicon_url="data:,",
        )

    async def script() -> FileResponse:
        return FileResponse(str(files / "swagger-ui-bundle.js"), media_type="text/javascript")

    async def style() -> FileResponse:
        return FileResponse(str(files / "swagger-ui.css"), media_type="text/css")

    app.add_api_route(f"{prefix}/docs", docs, include_in_schema=False)
    app.add_api_route(f"{prefix}/docs/swagger-ui-bundle.js", script, include_in_schema=False)
    app.add_api_route(f"{prefix}/docs/swagger-ui.css", style, include_in_schema=False)


def _add_error_handlers(app: FastAPI) -> None:
    async def domain(request: Request, error: Exception) -> Any:
        assert isinstance(error, DomainError)
        if error.kind is Kind.INTERNAL:
            log.error("http.internal", reason=error.reason, detail=error.message)
        trail: Trail | None = request.app.state.trail
        if trail is not None:
            error = await trail.denied(error)
        if isinstance(request, WebSocket):
            await request.send_denial_response(_problem_of(error))
            return None
        return _problem_of(error)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        # The value itself stays out: it may be a password.
        fields = [
            {"field": ".".join(str(part) for part in item["loc"][1:]) or "body", "message": item["msg"]}
            for item in error.errors()[:20]
        ]
        said = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
        return problem(422, "INVALID_REQUEST", said, hint="See the OpenAPI document.", fields=fields)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        reasons = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 401: "UNAUTHENTICATED"}
        return problem(error.status_code, reasons.get(error.status_code, "HTTP_ERROR"), str(error.detail))

    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        log.error("http.unexpected", error=type(error).__name__, exc_info=error)
        return problem(500, "INTERNAL", "Something went wrong on our side.", hint="Try again; the log has the details.")

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


def _add_health(app: FastAPI, service: str, checks: Sequence[Check]) -> None:
    async def live() -> dict[str, str]:
        return {"service": service, "status": "live"}

    async def ready() -> dict[str, str]:
        for check in checks:
            await check()
        return {"service": service, "status": "ready"}

    app.add_api_route("/health/live", live, include_in_schema=False)

    async def counted() -> Response:
        return Response(metrics.generate_latest(), media_type=metrics.CONTENT_TYPE_LATEST)

    app.add_api_route("/health/ready", ready, include_in_schema=False)
    app.add_api_route("/metrics", counted, include_in_schema=False)


def _template(scope: Scope) -> str:
    """Return the path with its parameters' names in place of their values; a route knows its own part of it alone."""
    path, template = str(scope["path"]), getattr(scope.get("route"), "path_format", "")
    filled = template
    for name, value in scope.get("path_params", {}).items():
        filled = filled.replace("{" + name + "}", str(value))
    return path.removesuffix(filled) + template if template and path.endswith(filled) else path


def _is_health(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).startswith("/health/")


_ROUTINE = ("/health/", "/.well-known/", "/metrics")


def _is_routine(scope: MutableMapping[str, Any]) -> bool:
    """What every process asks every few seconds would drown the traces of people's requests."""
    return str(scope["path"]).startswith(_ROUTINE)


def _span(scope: Scope, carrier: Mapping[str, str]) -> AbstractContextManager[trace.Span]:
    """Return FastAPI's span where it made one; else one that is not recorded and carries the caller's trace on."""
    current = trace.get_current_span()
    if current.get_span_context().is_valid:
        return nullcontext(current)
    return tracer.start_as_current_span(_method(scope), propagate.extract(carrier))


class _Handling:
    """Tells the audit which call is handled, and answers with its trace's id in `x-trace-id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_health(scope):
            await self._app(scope, receive, send)
            return
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with _span(scope, carrier) as span:
            trace_id = f"{span.get_span_context().trace_id:032x}"

            began, status = time.perf_counter(), 0

            async def send_with_id(message: Any) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message.get("headers", []), (b"x-trace-id", trace_id.encode())]
                await send(message)

            try:
                with handling(_call(scope, carrier, trace_id)):
                    await self._app(scope, receive, send_with_id)
            finally:
                name = f"{_method(scope)} {_template(scope)}" if scope.get("route") else "none"
                metrics.requests.labels("http", name, status).observe(time.perf_counter() - began)


def _method(scope: Scope) -> str:
    """Return the method; a WebSocket begins as a GET."""
    return str(scope.get("method", "GET"))


def _call(scope: Scope, headers: Mapping[str, str], trace_id: str) -> Call:
    """Describe the call for the audit; its route and path parameters are known once it is routed."""

    def action() -> str:
        return f"{_method(scope)} {_template(scope)}"

    def target() -> dict[str, str]:
        return {name: str(value) for name, value in scope.get("path_params", {}).items()}

    # The gateway appends the address it saw; what stands before it, the client may have written.
    address = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return Call(action, target, writes=_method(scope) not in SAFE, address=address, trace_id=trace_id)
