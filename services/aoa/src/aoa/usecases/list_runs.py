"""List a tenant's runs."""

from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from aoa.domain.run import Run
from aoa.ports import Runs


async def list_runs(tenant_id: UUID, size: int, token: str, *, runs: Runs) -> tuple[list[Run], str]:
    """Return a page, newest first, and the token of the next one (empty on the last)."""
    limit = page_size(size)
    found = await runs.newest(tenant_id, limit + 1, _before(token))
    more = len(found) > limit
    return found[:limit], encode_token([str(found[limit - 1].id)]) if more else ""


def _before(token: str) -> UUID | None:
    values = decode_token(token, 1)
    if values is None:
        return None
    try:
        return UUID(str(values[0]))
    except ValueError:
        raise InvalidRequest("The page token is not one this API gave out.") from None
