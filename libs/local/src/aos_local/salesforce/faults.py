"""Faults on demand: which requests fail, how, and how often."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

HTML = "<html><body>We are setting things up. This process can take a few minutes.</body></html>"


@dataclass
class Fault:
    """Strikes requests whose method and path (with query) match, after `skip`, `times` times.

    `status` with `code` and `message` answers an error of the data API, with `body` that text. `truncate` breaks the
    real answer off in the middle; `delay` waits before it; `job_state` ends a bulk job that is polled.
    """

    name: str = ""
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 0
    code: str = ""
    message: str = ""
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    truncate: bool = False
    delay: float = 0.0
    job_state: str = ""
    struck: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is one; counts it."""
        if (self.method and self.method != method) or not re.search(self.path, path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.struck >= self.times:
            return False
        self.struck += 1
        return True


DATA, JOBS, JOB = r"/services/data/", r"/jobs/query/?$", r"/jobs/query/[^/]+$"
QUERY = r"/query(All)?/?(\?|$)"
NAMED = {
    "invalid_session": Fault(path=DATA, status=401, code="INVALID_SESSION_ID", message="Session expired or invalid"),
    "request_limit": Fault(
        path=DATA, status=403, code="REQUEST_LIMIT_EXCEEDED", message="TotalRequests Limit exceeded."
    ),
    "too_many": Fault(path=DATA, status=429, body="Too many requests", headers={"Retry-After": "1"}),
    "server_error": Fault(path=DATA, status=500, code="UNKNOWN_EXCEPTION", message="An unexpected error occurred"),
    "unavailable": Fault(path=DATA, status=503, body=HTML, headers={"Content-Type": "text/html"}),
    "not_acceptable": Fault(path=DATA, status=406, body=""),
    "setting_up": Fault(path=DATA, status=420, body=HTML, headers={"Content-Type": "text/html"}),
    "not_json": Fault(path=DATA, status=200, body=HTML, headers={"Content-Type": "text/html"}),
    "truncated": Fault(path=DATA, truncate=True),
    "slow": Fault(path=DATA, delay=2.0),
    "query_timeout": Fault(
        path=QUERY, status=400, code="QUERY_TIMEOUT", message="Your query request was running for too long."
    ),
    "malformed_query": Fault(path=QUERY, status=400, code="MALFORMED_QUERY", message="unexpected token: 'FROM'"),
    "invalid_field": Fault(
        path=QUERY, status=400, code="INVALID_FIELD", message="No such column 'Gone__c' on entity 'Account'."
    ),
    "transaction_security": Fault(
        path=QUERY,
        status=400,
        code="TXN_SECURITY_METERING_ERROR",
        message="We can't complete the action because enabled transaction security policies took too long to complete.",
    ),
    "invalid_locator": Fault(
        path=r"/query/01g", status=400, code="INVALID_QUERY_LOCATOR", message="invalid query locator"
    ),
    "bulk_unsupported": Fault(
        method="POST", path=JOBS, status=400, code="INVALIDENTITY",
        message="Entity 'Account' is not supported by the Bulk API.",
    ),
    "bulk_compound": Fault(
        method="POST", path=JOBS, status=400, code="INVALID_FIELD",
        message="Selecting compound data not supported in Bulk Query",
    ),
    "bulk_no_query": Fault(
        method="POST", path=JOBS, status=400, code="INVALIDENTITY", message="entity type Account does not support query"
    ),
    "bulk_forbidden": Fault(
        method="POST", path=JOBS, status=403, code="API_DISABLED_FOR_ORG", message="The Bulk API is not enabled."
    ),
    "bulk_daily_limit": Fault(
        method="POST", path=JOBS, status=400, code="LIMIT_EXCEEDED", message="Max bulk v2 query jobs per rolling 24 hrs"
    ),
    "bulk_restriction": Fault(
        method="POST", path=JOBS, status=400, code="API_ERROR",
        message="Implementation restriction: query all requires View All Data.",
    ),
    "job_failed": Fault(method="GET", path=JOB, job_state="Failed", message="InternalServerError"),
    "job_timeout": Fault(method="GET", path=JOB, job_state="Failed", message="QUERY_TIMEOUT: ran for too long"),
    "job_aborted": Fault(method="GET", path=JOB, job_state="Aborted"),
    "results_truncated": Fault(method="GET", path=r"/results", truncate=True),
    "token_refused": Fault(
        method="POST", path="/services/oauth2/token", status=400,
        body='{"error":"invalid_grant","error_description":"expired access/refresh token"}',
    ),
    "token_unavailable": Fault(method="POST", path="/services/oauth2/token", status=503, body=HTML),
}  # fmt: skip


def fault(body: dict[str, Any]) -> Fault:
    """A fault from a request: one of `NAMED` with its fields replaced, or one of its own."""
    return replace(NAMED.get(str(body.get("name", "")), Fault()), **body, struck=0)
