"""Answers that the gateway gives itself, as RFC 9457 problems with the reasons the services use."""

from dataclasses import dataclass

from aos_gateway.edge.answers import answer_headers
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node

FOREIGN_ORIGIN = "foreign-origin"
"""Name of the route that refuses WebSockets opened by other sites' pages."""
_NO_UPGRADE = "response.code_details == 'upgrade_failed'"


@dataclass(frozen=True)
class _Problem:
    status: int
    reason: str
    detail: str
    hint: str
    seen: int = 0  # the status Envoy had in mind, when it is another one
    when: str = ""  # which of the answers with that status, as a CEL expression


_PROBLEMS = (
    _Problem(
        *(403, "PERMISSION_DENIED", "Pages of this origin may not connect here."),
        hint="Open it from the console's own address, or have the origin added to the gateway's.",
        when=f"{_NO_UPGRADE} && xds.route_name == '{FOREIGN_ORIGIN}'",
    ),
    _Problem(
        *(400, "INVALID_REQUEST", "This path takes no upgrade.", "Send the request without 'Upgrade'."),
        seen=403,
        when=_NO_UPGRADE,
    ),
    _Problem(400, "INVALID_REQUEST", "The request is malformed.", "Check the path and the headers."),
    _Problem(
        *(401, "UNAUTHENTICATED", "This needs a valid access token."),
        hint="Sign in at POST /api/v1/auth/login and send 'Authorization: Bearer <access_token>'.",
    ),
    _Problem(
        *(401, "UNAUTHENTICATED", "The token is genuine, but it is not an access token of a tenant."),
        hint="Send the access_token of POST /api/v1/auth/login, not a refresh or identity token.",
        seen=403,
    ),
    _Problem(
        *(426, "UPGRADE_REQUIRED", "This path speaks WebSocket.", "Connect with 'Upgrade: websocket'."),
    ),
    _Problem(404, "NOT_FOUND", "Nothing is at this path.", "See /api/v1/<layer>/docs for what there is."),
    _Problem(405, "METHOD_NOT_ALLOWED", "The path does not take this method.", "See the Allow header."),
    _Problem(408, "TIMEOUT", "The request did not arrive in time.", "Send it again."),
    _Problem(413, "PAYLOAD_TOO_LARGE", "The body is too large.", "Send it in smaller parts."),
    _Problem(
        429, "RATE_LIMITED", "This is more than the limit allows.", "Wait as long as Retry-After says, in seconds."
    ),
    _Problem(431, "HEADERS_TOO_LARGE", "The headers are too large.", "Send fewer or shorter ones."),
    _Problem(503, "UNAVAILABLE", "The service is not available now.", "Try again in a moment."),
    _Problem(504, "TIMEOUT", "The service did not answer in time.", "Ask for less, or try again."),
)


def local_replies(settings: GatewaySettings) -> Node:
    """One mapper a status; for gRPC calls the body, ours or Envoy's own, becomes `grpc-message`."""
    return {"mappers": [*_grpc_mappers(), *(_mapper(problem, settings) for problem in _PROBLEMS)]}


def _status_is(status: int) -> Node:
    comparison = {"op": "EQ", "value": {"default_value": status, "runtime_key": f"gateway.problem.{status}"}}
    return {"status_code_filter": {"comparison": comparison}}


def _grpc(is_grpc: bool) -> Node:
    header = {"name": "content-type", "string_match": {"prefix": "application/grpc"}, "invert_match": not is_grpc}
    # Without the header an inverted match must still hold: it is no gRPC call.
    return {"header_filter": {"header": {**header, "treat_missing_header_as_empty": True}}}


def _both(*filters: Node) -> Node:
    return {"and_filter": {"filters": list(filters)}}


def _grpc_mappers() -> list[Node]:
    """A claims refusal (403) is UNAUTHENTICATED for gRPC callers too; a limit says what it is."""
    limited = "RATE_LIMITED: this is more than the limit allows. Wait as long as retry-after says, in seconds."
    return [
        {
            "filter": _both(_status_is(403), _grpc(True)),
            "status_code": 401,
            "body": {"inline_string": "The token is not an access token of a tenant."},
        },
        {"filter": _both(_status_is(429), _grpc(True)), "body": {"inline_string": limited}},
    ]


def _expression(text: str) -> Node:
    kind = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    typed_config = {"@type": kind, "expression": text}
    return {"extension_filter": {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": typed_config}}


def _mapper(problem: _Problem, settings: GatewaySettings) -> Node:
    body = {
        "type": f"urn:autonomos:error:{problem.reason}",
        "title": problem.reason.replace("_", " ").capitalize(),
        "status": problem.status,
        "detail": problem.detail,
        "reason": problem.reason,
        "hint": problem.hint,
        "request_id": "%REQ(x-request-id)%",
    }
    asked = [_status_is(problem.seen or problem.status), _grpc(False)]
    return {
        "filter": _both(*asked, *([_expression(problem.when)] if problem.when else [])),
        "status_code": problem.status,
        "headers_to_add": answer_headers(settings),
        "body_format_override": {"json_format": body, "content_type": "application/problem+json"},
    }
