"""What a refusal of Salesforce means for the owner of a connection."""

import json
import re
from dataclasses import dataclass

import httpx

from aam.domain.errors import Fault, SourceError

RETRIED = frozenset({406, 420})
SHOWN = 500
_NO_COLUMN = re.compile(r"No such column '([^']+)'")


class QueryTimeout(SourceError):
    """A query ran too long: ask for less at once."""


class LocatorLost(SourceError):
    """The rest of an answer is gone: ask again from the last row."""


class BulkRefused(SourceError):
    """The Bulk API does not serve this object or query: the REST API may."""


@dataclass(frozen=True)
class _Rule:
    """`code` is the errorCode, `text` a part of the message; either may be empty."""

    code: str
    text: str
    reason: str
    message: str
    hint: str
    fault: Fault = Fault.CONFIG
    error: type[SourceError] = SourceError


LIMIT = (
    "SOURCE_LIMIT_REACHED",
    "{what}: Salesforce has no API requests left for the last 24 hours.",
    "Wait until some are free again, or raise the organisation's limit.",
    Fault.TRANSIENT,
)
RULES = (
    _Rule("REQUEST_LIMIT_EXCEEDED", "", *LIMIT),
    _Rule("LIMIT_EXCEEDED", "", *LIMIT),
    _Rule(
        "QUERY_TIMEOUT", "", "SOURCE_TIMEOUT", "{what}: Salesforce took too long to answer.",
        "Sync when the organisation is less busy, or exclude large text and formula fields.",
        Fault.TRANSIENT, QueryTimeout,
    ),
    _Rule(
        "INVALID_QUERY_LOCATOR", "", "SOURCE_TIMEOUT", "{what}: the rest of an answer is no longer there.",
        "Sync again.", Fault.TRANSIENT, LocatorLost,
    ),
    _Rule(
        "TXN_SECURITY_METERING_ERROR", "", "SOURCE_PERMISSION_DENIED",
        "{what}: a transaction security policy of the organisation stopped the reading.",
        "Give the user the permission \"Exempt from Transaction Security\".",
    ),
    _Rule(
        "API_ERROR", "Implementation restriction", "SOURCE_PERMISSION_DENIED", "{what}: the user may not read it all.",
        "Give the user the permission \"View All Data\".",
    ),
    _Rule(
        "INVALID_FIELD_FOR_INSERT_UPDATE", "", "SOURCE_PERMISSION_DENIED", "{what}: the user may not set it ({text}).",
        "Give the user the right to edit the field; the system's own fields cannot be set at all.",
    ),
    _Rule(
        "INVALID_FIELD", "", "SOURCE_CHANGED", "{what}: {field} is gone, or hidden from the user.",
        "Give the user access to the field, or discover the connection again.",
    ),
    _Rule(
        "INVALID_TYPE", "", "SOURCE_CHANGED", "{what} is gone, or the user may not read it.",
        "Give the user access to the object, or discover the connection again.",
    ),
    _Rule(
        "NOT_FOUND", "", "SOURCE_CHANGED", "{what}: there is no such thing in the organisation.",
        "Discover the connection again; check the API version in the settings.",
    ),
    _Rule(
        "ENTITY_IS_DELETED", "", "RECORD_DELETED", "{what}: the record was deleted.",
        "Restore it, or give up the change.",
    ),
    _Rule(
        "MALFORMED_QUERY", "", "SOURCE_FAILED", "{what}: Salesforce did not understand our query ({text}).",
        "Tell us; until then exclude the field that it names.", Fault.SYSTEM,
    ),
    _Rule(
        "API_DISABLED_FOR_ORG", "", "SOURCE_PERMISSION_DENIED", "The organisation has no API, or not for this user.",
        "The edition must include the API; give the user the permission \"API Enabled\".",
    ),
    _Rule(
        "API_CURRENTLY_DISABLED", "", "SOURCE_PERMISSION_DENIED", "The API is switched off for this user.",
        "Give the user the permission \"API Enabled\".",
    ),
    _Rule(
        "INSUFFICIENT_ACCESS", "", "SOURCE_PERMISSION_DENIED", "{what}: the user may not do this ({text}).",
        "Give the user the permission that is missing.",
    ),
)  # fmt: skip


def told(response: httpx.Response) -> tuple[str, str]:
    """(errorCode, message) of a refusal; empty codes for a body that is none of Salesforce's."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "", response.text[:SHOWN]
    entry = body[0] if isinstance(body, list) and body else body
    if not isinstance(entry, dict):
        return "", str(body)[:SHOWN]
    code = entry.get("errorCode") or entry.get("error") or ""
    return str(code), str(entry.get("message") or entry.get("error_description") or "")


def refusal(response: httpx.Response, what: str) -> SourceError:
    """The named failure behind an answer that is no success."""
    code, text = told(response)
    internal = f"{response.status_code} {code}: {text}"[:SHOWN]
    if response.status_code == 429:
        return _named(RULES[0], what, text, internal)
    if response.status_code >= 500 or response.status_code in RETRIED:
        return unreachable(what, internal)
    for rule in RULES:
        if code.startswith(rule.code) and rule.text in text:
            return _named(rule, what, text, internal)
    if response.status_code == 401:
        return SourceError(
            "Salesforce does not accept the session.",
            hint="Check that the user is active and may use the API, then reconnect.",
            internal=internal,
            reason="SOURCE_AUTHENTICATION_FAILED",
        )
    return SourceError(
        f"{what}: Salesforce refused this ({code or response.status_code}: {text[:200]}).",
        hint="Check the user's permissions in Salesforce.",
        fault=Fault.SYSTEM,
        internal=internal,
        reason="SOURCE_FAILED",
    )


def bulk_refusal(response: httpx.Response, what: str) -> SourceError:
    """The failure of creating a bulk job: where the REST API may serve instead, a `BulkRefused`."""
    code, text = told(response)
    plain = refusal(response, what)
    unsupported = (
        "is not supported by the Bulk API" in text
        or "ompound data not supported" in text
        or text.endswith("does not support query")
    )
    forbidden = response.status_code == 403 and code != "REQUEST_LIMIT_EXCEEDED"
    if (response.status_code == 400 and unsupported) or forbidden:
        return BulkRefused(plain.message, hint=plain.hint, fault=plain.fault, internal=plain.internal)
    return plain


def unreachable(what: str, internal: str) -> SourceError:
    """Salesforce does not answer, or not sensibly, for the moment."""
    return SourceError(
        f"{what}: Salesforce does not answer.",
        hint="Look at status.salesforce.com, then sync again.",
        fault=Fault.TRANSIENT,
        internal=internal,
        reason="SOURCE_UNREACHABLE",
    )


def _named(rule: _Rule, what: str, text: str, internal: str) -> SourceError:
    column = _NO_COLUMN.search(text)
    field = f"field {column[1]}" if column else "a field"
    message = rule.message.format(what=what, field=field, text=text.strip()[:200])
    return rule.error(message, hint=rule.hint, fault=rule.fault, internal=internal, reason=rule.reason)
