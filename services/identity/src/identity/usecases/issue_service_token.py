"""Issue a token for a service that works for a tenant without a caller."""

import hmac
from collections.abc import Mapping
from uuid import UUID

from identity.domain.errors import UnknownClient
from identity.ports import Accounts, Signer

SERVICE_LIFETIME = 300
"""Seconds a service token lives."""


async def issue_service_token(
    client_id: str, secret: str, tenant_id: UUID, *, clients: Mapping[str, str], accounts: Accounts, signer: Signer
) -> str:
    """Return a token whose subject is the service; raise `UnknownClient`."""
    known = clients.get(client_id, "")
    if not known or not hmac.compare_digest(known.encode(), secret.encode()):
        raise UnknownClient("The client credentials are wrong.")
    if await accounts.tenant_name(tenant_id) is None:
        raise UnknownClient("There is no such tenant.")
    return signer.sign(tenant_id=tenant_id, subject=client_id, roles=("service",), lifetime=SERVICE_LIFETIME)
