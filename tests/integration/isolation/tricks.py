"""Ways to ask for what is another tenant's: what a request is told besides its token, and whose ids it names."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode

from aos_access.doors import Live

from tests.integration.isolation.asking import Ask
from tests.integration.isolation.owner import UUID, Owner


def headers(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Say in a header who one would like to be, or which way one came."""
    user, tenant = owner.ids["user_id"], owner.tenant
    claims = base64.urlsafe_b64encode(json.dumps({"tenant_id": tenant, "sub": user, "roles": ["owner"]}).encode())
    whole = (("x-tenant-id", tenant), ("x-sub", user), ("x-roles", "owner"))
    yield ask.with_headers(*whole)
    for name, value in (
        *whole,
        ("x-user-id", user),
        ("x-forwarded-user", owner.email),
        ("x-auth-request-user", user),
        ("x-jwt-payload", claims.decode()),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1;host=identity;proto=https"),
        ("x-forwarded-host", "identity"),
        ("x-forwarded-client-cert", f"By=spiffe://aam;Subject=CN={tenant}"),
        ("x-envoy-internal", "true"),
        ("x-envoy-original-path", "/health"),
        ("x-original-url", "/health/ready"),
        ("x-rewrite-url", "/health/ready"),
        ("x-http-method-override", "DELETE"),
        ("cookie", f"tenant_id={tenant}; session={owner.ids['session_id']}"),
        ("baggage", f"tenant_id={tenant}"),
        ("x-service", "dcl"),
        ("x-role", "service"),
    ):
        yield ask.with_headers((name, value))


def queries(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Name the owner, and what is the owner's, in the query."""
    if ask.door.rpc:
        return
    named = {name.rpartition(".")[2]: value for name, value in owner.ids.items() if name.endswith("_id")}
    for pairs in (
        {"tenant_id": owner.tenant},
        {"tenant": owner.tenant, "x-tenant-id": owner.tenant},
        named,
        {"page_size": "200"},
        {"actor": owner.ids["user_id"], "action": "POST"},
        {"after": "0"},
        {"state": "approved", "outcome": "denied"},
        *({"page_token": token, "page_size": "200"} for token in owner.page_tokens),
    ):
        yield replace(ask, path=f"{ask.path}?{urlencode(pairs)}")


def spellings(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Write the owner's ids in other ways, of which one wall could think differently than the next."""
    if ask.door.rpc:
        return
    for found in sorted(set(UUID.findall(ask.path))):
        for other in (
            found.upper(),
            found.replace("-", ""),
            f"{{{found}}}",
            f"urn:uuid:{found}",
            f" {found}",
            f"{found}\n",
            f"{found}' OR '1'='1",
            f"{found},{owner.tenant}",
            "*",
            "%",
        ):
            yield replace(ask, path=ask.path.replace(found, quote(other, safe="")))


def bodies(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Say in the body whose it should be; continue the owner's own lists."""
    if ask.message or ask.door.rpc:
        # An unknown field 1000 with the tenant's id, as a newer client might send; readers must not care.
        yield replace(ask, message=ask.message + b"\xc2\x3e\x24" + owner.tenant.encode())
        return
    if not isinstance(ask.json, dict):
        return
    for more in (
        {"tenant_id": owner.tenant},
        {"tenant": {"id": owner.tenant}, "tenantId": owner.tenant, "owner_id": owner.ids["user_id"]},
        {"connection_ids": [owner.ids["connection_id"]], "connection_id": owner.ids["connection_id"]},
        {"filters": [{"column": "account_name", "op": "contains", "values": [owner.mark[:2]]}]},
        *({"page_token": token} for token in owner.page_tokens[-2:]),
    ):
        yield replace(ask, json={**ask.json, **more})


def repeats(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Use the owner's key of a repeatable request; continue the owner's live answers."""
    if ask.door.method == "POST":
        yield ask.with_headers(("idempotency-key", owner.key))
        yield ask.with_headers(("idempotency-key", owner.key), ("x-tenant-id", owner.tenant))
    if ask.door.live is Live.SSE:
        for last in ("0", "1", "5", "999999"):
            yield ask.with_headers(("last-event-id", last))
    if ask.door.live is Live.WEBSOCKET:
        for last in ("0", "1", "5", "999999"):
            yield replace(ask, path=f"{ask.path}?after={last}")


def every(ask: Ask, owner: Owner) -> Iterator[Ask]:
    """Play every trick on one request, the plain one first."""
    yield ask
    for group in (headers, queries, spellings, bodies, repeats):
        yield from group(ask, owner)
