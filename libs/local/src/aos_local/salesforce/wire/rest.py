"""The REST API: versions, objects, queries and records."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aos_local.salesforce.errors import ApiError, malformed, not_found
from aos_local.salesforce.model import SObject
from aos_local.salesforce.organisation import Organisation, Page
from aos_local.salesforce.soql.evaluate import selected
from aos_local.salesforce.soql.parse import parse
from aos_local.salesforce.wire.values import as_json

VERSIONS = range(50, 68)
LOCATOR = re.compile(r"(01g[0-9a-f]+)-(\d+)")


def base_of(request: Request) -> str:
    """`/services/data/vNN.0`; raises NOT_FOUND for a version that is not there."""
    version = request.path_params["version"]
    match = re.fullmatch(r"v(\d+)\.0", version)
    if not match or int(match[1]) not in VERSIONS:
        raise not_found()
    return f"/services/data/{version}"


def organisation_of(request: Request) -> Organisation:
    """The organisation behind the server."""
    found: Organisation = request.app.state.organisation
    return found


async def versions(request: Request) -> Response:
    """The API's versions; needs no session."""
    del request
    listed = [{"label": f"Release {one}", "url": f"/services/data/v{one}.0", "version": f"{one}.0"} for one in VERSIONS]
    return JSONResponse(listed)


async def resources(request: Request) -> Response:
    """What a version has."""
    base = base_of(request)
    return JSONResponse({name: f"{base}/{name}" for name in ("sobjects", "query", "queryAll", "limits", "jobs")})


async def limits(request: Request) -> Response:
    """Limits and what is left of them."""
    base_of(request)
    here = organisation_of(request)
    left = max(0, here.knobs.api_limit - here.api_used)
    return JSONResponse(
        {
            "DailyApiRequests": {"Max": here.knobs.api_limit, "Remaining": left},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000 - len(here.jobs)},
        }
    )


async def objects(request: Request) -> Response:
    """The list of objects."""
    base = base_of(request)
    found = [one.summary(base) for one in organisation_of(request).records.objects.values()]
    return JSONResponse({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found})


async def describe(request: Request) -> Response:
    """One object with its fields."""
    base = base_of(request)
    return JSONResponse(_entity(request).described(base))


async def query(request: Request) -> Response:
    """`query` and `queryAll`; the latter sees soft-deleted records."""
    base, here, text = base_of(request), organisation_of(request), request.query_params.get("q", "")
    verb = request.path_params["verb"].lower()
    if verb not in ("query", "queryall"):
        raise not_found()
    if not text:
        raise malformed("SOQL is required")
    parsed = parse(text)
    entity = here.records.entity(parsed.entity)
    fields = selected(entity, parsed)
    found = here.records.find(parsed, deleted=verb == "queryall")
    if not fields:
        return JSONResponse({"totalSize": len(found), "done": True, "records": []})
    size = _page_size(request, here.knobs.page_size)
    return _page(here, Page(found, fields, entity, size), "", 0, base)


async def query_more(request: Request) -> Response:
    """The page behind a locator `01g…-2000`."""
    here, match = organisation_of(request), LOCATOR.fullmatch(request.path_params["locator"])
    if match is None:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(here, here.kept(match[1]), match[1], int(match[2]), base_of(request))


def _page(here: Organisation, page: Page, name: str, start: int, base: str) -> Response:
    end = start + page.size
    done = end >= len(page.records)
    body: dict[str, Any] = {"totalSize": len(page.records), "done": done}
    if not done:
        body["nextRecordsUrl"] = f"{base}/query/{name or here.keep(page)}-{end}"
    entity = page.entity.name
    body["records"] = [as_json(record, page.fields, entity, base) for record in page.records[start:end]]
    return JSONResponse(body)


def _page_size(request: Request, most: int) -> int:
    match = re.search(r"batchSize=(\d+)", request.headers.get("Sforce-Query-Options", ""))
    return min(most, max(200, int(match[1]))) if match else most


async def create(request: Request) -> Response:
    """Add a record."""
    base_of(request)
    record_id = organisation_of(request).records.create(_entity(request), await _body(request))
    return JSONResponse({"id": record_id, "success": True, "errors": []}, 201)


async def record(request: Request) -> Response:
    """Read, change or delete a record by its id."""
    base, entity, records = base_of(request), _entity(request), organisation_of(request).records
    record_id = request.path_params["id"]
    if request.method == "PATCH":
        records.update(entity, record_id, await _body(request))
        return Response(status_code=204)
    if request.method == "DELETE":
        records.delete(entity, record_id)
        return Response(status_code=204)
    wanted = [name for name in request.query_params.get("fields", "").split(",") if name]
    fields = [one for one in entity.fields.values() if not wanted or one.name in wanted]
    return JSONResponse(as_json(records.get(entity, record_id), fields, entity.name, base))


async def by_external(request: Request) -> Response:
    """Read the record with this value of a unique field, or change it (add it when there is none)."""
    base = base_of(request)
    entity, records = _entity(request), organisation_of(request).records
    field, value = request.path_params["field"], request.path_params["value"]
    known = records.by_external(entity, field, value)
    if request.method == "GET":
        if known is None:
            raise not_found()
        return JSONResponse(as_json(known, list(entity.fields.values()), entity.name, base))
    body = await _body(request)
    record_id = known["Id"] if known else records.create(entity, {**body, field: value})
    if known:
        records.update(entity, record_id, body)
    told: dict[str, Any] = {"id": record_id, "success": True, "errors": [], "created": known is None}
    return JSONResponse(told, 200 if known else 201)


def _entity(request: Request) -> SObject:
    found = organisation_of(request).records.objects.get(request.path_params["entity"].lower())
    if found is None:
        raise not_found()
    return found


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(
            400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
        )
    return body
