"""What requests say in texts: ids, stages and page tokens."""

from collections.abc import Sequence
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token

from aam.domain.connection import ConnectionSummary
from aam.domain.onboarding import Stage
from aam.domain.run import SyncRun

PLACE = 4
"""Values in the token of a page of quarantined rows."""


def parse_id(text: str) -> UUID:
    """A UUID from a request; `InvalidRequest` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest("The id is not a UUID.", hint="Use an id that this API gave out.") from None


def parse_stage(text: str) -> Stage | None:
    """A stage of the funnel; None for all."""
    if not text:
        return None
    try:
        return Stage(text)
    except ValueError:
        stages = ", ".join(stage.value for stage in Stage)
        raise InvalidRequest(f"There is no stage {text[:40]!r}.", hint=f"Choose one of {stages}.") from None


def parse_before(token: str) -> UUID | None:
    """The id after which a page of connections or runs begins."""
    values = decode_token(token, 1)
    return parse_id(str(values[0])) if values else None


def next_token(found: Sequence[ConnectionSummary | SyncRun], limit: int) -> str:
    """The token of the next page; empty after the last."""
    return encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""


def parse_place(token: str) -> tuple[UUID, str, int, UUID] | None:
    """The connection, stream, row and id after which a page of quarantined rows begins."""
    values = decode_token(token, PLACE)
    if values is None:
        return None
    connection_id, stream, row, row_id = values
    if not isinstance(stream, str) or not isinstance(row, int):
        raise InvalidRequest("The page token is not one this API gave out.", hint="Start again without page_token.")
    return parse_id(str(connection_id)), stream, row, parse_id(str(row_id))
