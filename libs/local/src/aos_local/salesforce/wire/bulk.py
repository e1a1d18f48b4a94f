"""Query jobs of the Bulk API 2.0."""

import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aos_local.salesforce.errors import ApiError, not_found
from aos_local.salesforce.model import NO_BULK
from aos_local.salesforce.organisation import Job, Organisation
from aos_local.salesforce.records import USER
from aos_local.salesforce.soql.evaluate import selected
from aos_local.salesforce.soql.parse import parse
from aos_local.salesforce.wire.rest import base_of, organisation_of
from aos_local.salesforce.wire.values import DELIMITERS, ENDINGS, as_csv

ENDED = ("JobComplete", "Aborted", "Failed")
OPERATIONS = ("query", "queryAll")


async def create_job(request: Request) -> Response:
    """Start a job; what it will give is decided now."""
    base, here, body = base_of(request), organisation_of(request), await request.json()
    if body.get("operation") not in OPERATIONS:
        raise ApiError(400, "INVALIDOPERATION", f"unknown operation {body.get('operation')}")
    body = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF", **body}
    if body["contentType"] != "CSV" or body["columnDelimiter"] not in DELIMITERS or body["lineEnding"] not in ENDINGS:
        raise ApiError(400, "INVALIDJOB", "unsupported content type, column delimiter or line ending")
    query = parse(str(body.get("query", "")))
    entity = here.records.entity(query.entity)
    if not entity.queryable:
        raise ApiError(400, "INVALIDENTITY", f"entity type {entity.name} does not support query")
    if not entity.bulk:
        raise ApiError(400, "INVALIDENTITY", f"Entity '{entity.name}' is not supported by the Bulk API.")
    fields = selected(entity, query)
    if not fields or any(field.type in NO_BULK for field in fields):
        raise ApiError(400, "INVALID_FIELD", "Selecting compound data not supported in Bulk Query")
    records = here.records.find(query, deleted=body["operation"] == "queryAll")
    job = Job(f"750{secrets.token_hex(6)}AAA", entity, fields, records, body, here.knobs.job_polls)
    here.jobs[job.id] = job
    return JSONResponse(_told(job, base))


async def list_jobs(request: Request) -> Response:
    """Every job that was not deleted."""
    base = base_of(request)
    told = [_told(job, base) for job in organisation_of(request).jobs.values()]
    return JSONResponse({"done": True, "nextRecordsUrl": None, "records": told})


async def job(request: Request) -> Response:
    """Poll, abort or delete a job."""
    base, here = base_of(request), organisation_of(request)
    found = _job(request, here)
    if request.method == "DELETE":
        if found.state not in ENDED:
            raise ApiError(400, "INVALIDJOBSTATE", "Deleting not allowed in this state")
        del here.jobs[found.id]
        return Response(status_code=204)
    if request.method == "PATCH":
        if (await request.json()).get("state") != "Aborted" or found.state in ENDED:
            raise ApiError(400, "INVALIDJOBSTATE", "Aborting already ended job not allowed")
        found.state = "Aborted"
    elif found.state not in ENDED:
        _progress(request, found)
    return JSONResponse(_told(found, base))


async def results(request: Request) -> Response:
    """A page of a complete job's rows; the locator `null` in the header says that it is the last."""
    base_of(request)
    here = organisation_of(request)
    found = _job(request, here)
    if found.state != "JobComplete":
        raise ApiError(400, "INVALIDJOBSTATE", f"The job is {found.state}, not JobComplete")
    locator, most = request.query_params.get("locator", ""), request.query_params.get("maxRecords", "")
    if locator and not locator.isdigit():
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    start = int(locator or 0)
    end = start + min(int(most or here.knobs.results_page), here.knobs.results_page)
    rows = found.records[start:end]
    text = as_csv(rows, found.fields, found.body["columnDelimiter"], found.body["lineEnding"])
    following = "null" if end >= len(found.records) else str(end)
    headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(len(rows))}
    return Response(text, media_type="text/csv", headers=headers)


def _job(request: Request, here: Organisation) -> Job:
    found = here.jobs.get(request.path_params["id"])
    if found is None:
        raise not_found()
    return found


def _progress(request: Request, found: Job) -> None:
    struck = request.state.fault
    if struck is not None and struck.job_state:
        found.state, found.error = struck.job_state, struck.message
    elif found.polls > 0:
        found.polls, found.state = found.polls - 1, "InProgress"
    else:
        found.state = "JobComplete"


def _told(job: Job, base: str) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    told = {
        "id": job.id,
        "operation": job.body["operation"],
        "object": job.entity.name,
        "createdById": USER,
        "createdDate": now,
        "systemModstamp": now,
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(base.rpartition("v")[2]),
        "jobType": "V2Query",
        "lineEnding": job.body["lineEnding"],
        "columnDelimiter": job.body["columnDelimiter"],
        "retries": 0,
        "totalProcessingTime": 0,
    }
    if job.state == "JobComplete":
        told["numberRecordsProcessed"] = len(job.records)
    return told | ({"errorMessage": job.error} if job.error else {})
