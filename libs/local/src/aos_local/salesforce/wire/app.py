"""The server: what happens to every request, and which handler answers which path."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from aos_local.salesforce.errors import ApiError, OAuthError
from aos_local.salesforce.faults import Fault
from aos_local.salesforce.organisation import Organisation
from aos_local.salesforce.wire import admin, bulk, rest
from aos_local.salesforce.wire.headers import CapitalHeaders
from aos_local.salesforce.wire.rest import organisation_of

Handler = Callable[[Request], Awaitable[Response]]
DATA = "/services/data/{version}"


class BrokenOff(Exception):
    """Ends an answer in its middle: the connection closes before its last chunk."""


async def token(request: Request) -> Response:
    """The token endpoint."""
    here = organisation_of(request)
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    host = request.headers.get("x-forwarded-host") or request.url.netloc
    instance = f"{request.url.scheme}://{host}"
    return JSONResponse(here.tokens.grant(form, request.headers.get("authorization", ""), instance))


def create_app(make: Callable[[], Organisation]) -> Starlette:
    """The server of the organisation that `make` gives; a reset asks for it again."""
    app = Starlette(routes=[*_data_routes(), *_admin_routes()], middleware=[Middleware(CapitalHeaders)])
    app.state.make, app.state.organisation = make, make()
    return app


def _data_routes() -> list[Route]:
    jobs = f"{DATA}/jobs/query"
    open_to_all = [
        Route("/services/oauth2/token", _served(token, session=False), methods=["POST"]),
        Route("/services/data", _served(rest.versions, session=False)),
        Route("/services/data/", _served(rest.versions, session=False)),
    ]
    return open_to_all + [
        Route(path, _served(handler), methods=methods)
        for path, handler, methods in (
            (DATA, rest.resources, ["GET"]),
            (f"{DATA}/", rest.resources, ["GET"]),
            (f"{DATA}/limits", rest.limits, ["GET"]),
            (f"{DATA}/limits/", rest.limits, ["GET"]),
            (f"{DATA}/sobjects", rest.objects, ["GET"]),
            (f"{DATA}/sobjects/", rest.objects, ["GET"]),
            (f"{DATA}/sobjects/{{entity}}/describe", rest.describe, ["GET"]),
            (f"{DATA}/sobjects/{{entity}}", rest.create, ["POST"]),
            (f"{DATA}/sobjects/{{entity}}/", rest.create, ["POST"]),
            (f"{DATA}/sobjects/{{entity}}/{{id}}", rest.record, ["GET", "PATCH", "DELETE"]),
            (f"{DATA}/sobjects/{{entity}}/{{field}}/{{value}}", rest.by_external, ["GET", "PATCH"]),
            (f"{DATA}/query/{{locator}}", rest.query_more, ["GET"]),
            (f"{DATA}/queryAll/{{locator}}", rest.query_more, ["GET"]),
            (jobs, bulk.create_job, ["POST"]),
            (jobs, bulk.list_jobs, ["GET"]),
            (f"{jobs}/{{id}}", bulk.job, ["GET", "PATCH", "DELETE"]),
            (f"{jobs}/{{id}}/results", bulk.results, ["GET"]),
            (f"{DATA}/{{verb}}", rest.query, ["GET"]),
            (f"{DATA}/{{verb}}/", rest.query, ["GET"]),
        )
    ]


def _admin_routes() -> list[Route]:
    return [
        Route("/_emulator/faults", admin.faults, methods=["GET", "POST", "DELETE"]),
        Route("/_emulator/requests", admin.requests, methods=["GET", "DELETE"]),
        Route("/_emulator/knobs", admin.knobs, methods=["POST"]),
        Route("/_emulator/reset", admin.reset, methods=["POST"]),
        Route("/_emulator/expire", admin.expire, methods=["POST"]),
        Route("/_emulator/apps/{client_id}", admin.app, methods=["POST"]),
        Route("/_emulator/delete/{entity}", admin.delete, methods=["POST"]),
        Route("/_emulator/records/{entity}", admin.records, methods=["POST"]),
    ]


def _served(handler: Handler, *, session: bool = True) -> Handler:
    """The handler with what happens to every request: log, latency, faults, session, errors, headers."""

    async def serve(request: Request) -> Response:
        here, path = organisation_of(request), str(request.url).partition(request.url.netloc)[2]
        entry = {"method": request.method, "path": path, "status": 0}
        here.log.append(entry)
        struck = next((one for one in here.faults if one.strikes(request.method, path)), None)
        request.state.fault = struck
        await asyncio.sleep(here.knobs.latency + (struck.delay if struck else 0.0))
        response = await _answer(request, handler, struck, session=session)
        entry["status"] = response.status_code
        if session:
            response.headers["Sforce-Limit-Info"] = here.limit_info()
        return _broken(response) if struck is not None and struck.truncate else _pretty(request, response)

    return serve


async def _answer(request: Request, handler: Handler, struck: Fault | None, *, session: bool) -> Response:
    here = organisation_of(request)
    try:
        if struck is not None and struck.status:
            if struck.body is not None:
                return Response(struck.body, struck.status, {"Content-Type": "application/json", **struck.headers})
            raise ApiError(struck.status, struck.code, struck.message)
        if session:
            here.tokens.authenticate(request.headers.get("authorization", ""))
            here.api_used += 1
            if here.api_used > here.knobs.api_limit:
                raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if len(str(request.url)) > here.knobs.url_limit:
            return Response("URI Too Long", 414, media_type="text/html")
        return await handler(request)
    except (ApiError, OAuthError) as error:
        return JSONResponse(error.body(), error.status)


def _broken(response: Response) -> Response:
    async def half() -> AsyncIterator[bytes]:
        body = bytes(response.body)
        yield body[: len(body) // 2]
        raise BrokenOff

    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return StreamingResponse(half(), response.status_code, headers)


def _pretty(request: Request, response: Response) -> Response:
    if request.headers.get("X-PrettyPrint") != "1" or not isinstance(response, JSONResponse):
        return response
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(json.dumps(json.loads(bytes(response.body)), indent=2), response.status_code, headers)
