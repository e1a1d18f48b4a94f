"""Return a page of a unified view."""

from dataclasses import dataclass
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from dcl.domain.ontology import Entity, Ontology
from dcl.domain.view import Filter, OrderBy, check_filters, column_of, columns_of
from dcl.ports import Consumptions, Lake, Row
from dcl.usecases.find_view import find_view

MAX_PAGE = 1000
MAX_COLUMNS = 500
MAX_SORT_KEYS = 10
MAX_POSITION = 2**62


@dataclass(frozen=True)
class ViewQuery:
    """What to read of a view; empty `columns` means all. A page token says by itself which snapshot it continues."""

    view: str
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[OrderBy, ...] = ()
    page_size: int = 0
    page_token: str = ""
    agent: str = ""
    snapshot: int | None = None


@dataclass(frozen=True)
class Page:
    """Rows, and the token that continues after them; empty on the last page."""

    rows: list[Row]
    next_page_token: str


async def query_view(
    tenant_id: UUID, query: ViewQuery, *, ontology: Ontology, lake: Lake, consumptions: Consumptions
) -> Page:
    """Return the page; all pages that follow show the same snapshot of the lake. Raise `QueryInvalid`."""
    entity = find_view(ontology, query.view)
    _check(entity, query)
    columns = tuple(column_of(entity, name) for name in query.columns) or columns_of(entity)
    limit = page_size(query.page_size, maximum=MAX_PAGE)
    snapshot, offset = _position(query.page_token)
    if not query.page_token:
        snapshot = query.snapshot
    rows, at = await lake.page(
        tenant_id, entity, columns, query.filters, query.order_by, snapshot=snapshot, limit=limit + 1, offset=offset
    )
    if query.agent:
        await consumptions.record(tenant_id, query.agent, entity.name)
    more = len(rows) > limit
    return Page(rows[:limit], encode_token([at, offset + limit]) if more else "")


def _check(entity: Entity, query: ViewQuery) -> None:
    if len(query.columns) > MAX_COLUMNS or len(query.order_by) > MAX_SORT_KEYS:
        raise InvalidRequest(f"A query names at most {MAX_COLUMNS} columns and {MAX_SORT_KEYS} sort keys.")
    check_filters(entity, query.filters)
    for key in query.order_by:
        column_of(entity, key.column)


def _position(token: str) -> tuple[int | None, int]:
    values = decode_token(token, 2)
    if values is None:
        return None, 0
    snapshot, offset = values
    if not all(isinstance(value, int) and 0 <= value < MAX_POSITION for value in values):
        raise InvalidRequest("The page token is not one this API gave out.", hint="Start again without page_token.")
    return snapshot, offset
