"""What tests turn and read, outside Salesforce's paths: `/_emulator/…`. No session is needed."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aos_local.salesforce.faults import NAMED, fault
from aos_local.salesforce.wire.rest import organisation_of


async def faults(request: Request) -> Response:
    """Arm a fault (POST), forget all (DELETE), or list those armed and the names there are (GET)."""
    here = organisation_of(request)
    if request.method == "POST":
        here.faults.append(fault(await request.json()))
    elif request.method == "DELETE":
        here.faults.clear()
    armed = [{"name": one.name, "times": one.times, "struck": one.struck} for one in here.faults]
    return JSONResponse({"armed": armed, "names": sorted(NAMED)})


async def requests(request: Request) -> Response:
    """What was asked, oldest first (GET), or begin anew (DELETE)."""
    here = organisation_of(request)
    if request.method == "DELETE":
        here.log.clear()
    return JSONResponse(list(here.log))


async def reset(request: Request) -> Response:
    """Begin anew, as the data file says."""
    request.app.state.organisation = request.app.state.make()
    return Response(status_code=204)


async def knobs(request: Request) -> Response:
    """Turn knobs."""
    here, wanted = organisation_of(request), await request.json()
    if "api_used" in wanted:
        here.api_used = int(wanted.pop("api_used"))
    here.knobs.turn(wanted)
    return Response(status_code=204)


async def expire(request: Request) -> Response:
    """End sessions (`{"sessions": true}`) and locators, or let sessions end after so many requests or seconds."""
    here, wanted = organisation_of(request), await request.json()
    if wanted.get("sessions"):
        here.tokens.expire()
    if wanted.get("locators"):
        here.pages.clear()
    if "after_requests" in wanted:
        for session in here.tokens.sessions.values():
            session.requests = wanted["after_requests"]
    if "every_requests" in wanted:
        here.tokens.requests = wanted["every_requests"]
    if "seconds" in wanted:
        here.tokens.seconds = float(wanted["seconds"])
    return Response(status_code=204)


async def app(request: Request) -> Response:
    """Change an app: `rotation`, `refresh_tokens`, `client_secret`, `public_key`."""
    here, wanted = organisation_of(request), await request.json()
    found = here.tokens.apps[request.path_params["client_id"]]
    for name in ("rotation", "refresh_tokens", "client_secret", "public_key"):
        if name in wanted:
            setattr(found, name, wanted[name])
    return JSONResponse({"refresh_tokens": found.refresh_tokens})


async def delete(request: Request) -> Response:
    """Put records into the recycle bin, as their users would: a list of ids."""
    here = organisation_of(request).records
    entity = here.entity(request.path_params["entity"])
    for record_id in await request.json():
        here.delete(entity, record_id)
    return Response(status_code=204)


async def records(request: Request) -> Response:
    """Load records as they are (`records`), or make some (`generate`)."""
    here, wanted = organisation_of(request).records, await request.json()
    entity = here.entity(request.path_params["entity"])
    if "generate" in wanted:
        here.generate(entity, **wanted["generate"])
    return JSONResponse(here.load(entity, wanted.get("records", ())))
