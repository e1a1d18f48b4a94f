"""Pages of the REST API, each resumable from its last record."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.api.errors import LocatorLost
from aam.adapters.sources.salesforce.catalog import KEY, SObject
from aam.adapters.sources.salesforce.reading import soql
from aam.adapters.sources.salesforce.reading.position import Position, moment_of, stamp_of
from aam.adapters.sources.salesforce.reading.values import Record

URL_BYTES = 16_384
URL_SPARE = 600
"""For host, path and the conditions of a page."""
PAGE = 2_000
MAX_RESTARTS = 5


class RestReader:
    """Reads one object by `queryAll`, which sees deleted records too."""

    def __init__(self, api: SalesforceApi, sobject: SObject) -> None:
        self._api, self._sobject = api, sobject
        self._chunks = chunks(sobject)

    def pages(self, start: Position | None, end: str) -> Iterator[list[Record]]:
        """Records after `start` and before the stamp `end` (empty: all), in order, a page at a time.

        Where an answer's locator is lost, it asks again from the last record. Raises `QueryTimeout`.
        """
        if len(self._chunks) > 1:
            yield from self._split_pages(start, end)
            return
        restarts = 0
        while True:
            try:
                for page in self._answer(self._query(self._chunks[0], start, end, soql.order(self._sobject))):
                    if page:
                        start, restarts = self.place(page[-1]), 0
                        yield page
                return
            except LocatorLost:
                restarts += 1
                if restarts > MAX_RESTARTS or KEY not in self._sobject.fields:
                    raise

    def place(self, record: Record) -> Position:
        """The position just after a record."""
        cursor = self._sobject.cursor
        stamp = stamp_of(moment_of(str(record[cursor]))) if cursor else ""
        return Position(stamp, str(record.get(KEY, "")))

    def first(self, rows: int) -> list[Record]:
        """At most `rows` records, the first in order."""
        return next(self._split_pages(None, "", rows), [])

    def _split_pages(self, start: Position | None, end: str, size: int = PAGE) -> Iterator[list[Record]]:
        """The same for more fields than a URL holds: each page is asked for once a chunk, and joined by id.

        A record that changed between two of these answers is left out: its new stamp brings it again, later in order.
        """
        while True:
            first = self._bounded(self._chunks[0], start, end, f"{soql.order(self._sobject)} LIMIT {size}")
            if not first:
                return
            last = self.place(first[-1])
            upto = soql.until(self._sobject, last.stamp, last.id)
            joined: dict[str, dict[str, Any]] = {str(one[KEY]): dict(one) for one in first}
            for chunk in self._chunks[1:]:
                part = {str(one[KEY]): one for one in self._bounded(chunk, start, end, "", upto)}
                joined = {id_: {**one, **part[id_]} for id_, one in joined.items() if self._same(one, part.get(id_))}
            yield list(joined.values())
            start = last
            if len(first) < size:
                return

    def _same(self, one: Record, other: Record | None) -> bool:
        cursor = self._sobject.cursor
        return other is not None and (not cursor or one[cursor] == other[cursor])

    def _bounded(self, chunk: list[str], start: Position | None, end: str, rest: str, upto: str = "") -> list[Record]:
        return [record for page in self._answer(self._query(chunk, start, end, rest, upto)) for record in page]

    def _query(self, chunk: list[str], start: Position | None, end: str, rest: str, upto: str = "") -> str:
        conditions = [soql.after(self._sobject, start), soql.before(self._sobject, end), upto]
        return soql.query(self._sobject, chunk, conditions, rest)

    def _answer(self, text: str) -> Iterator[list[Record]]:
        body = self._api.get("queryAll", self._sobject.name, {"q": text})
        while True:
            yield body["records"]
            if body.get("done", True) or not body.get("nextRecordsUrl"):
                return
            body = self._api.get(body["nextRecordsUrl"], self._sobject.name)


def chunks(sobject: SObject) -> list[list[str]]:
    """The fields in groups that each fit a URL; each group has the key and the cursor, to join by."""
    shared = [name for name in (KEY, sobject.cursor) if name in sobject.fields]
    room = URL_BYTES - URL_SPARE - sum(len(name) + 3 for name in shared)
    found: list[list[str]] = [list(shared)]
    used = 0
    for name in sobject.selected:
        if name in shared:
            continue
        cost = len(quote(f"{name},", safe=""))
        if used + cost > room and shared:
            found.append(list(shared))
            used = 0
        found[-1].append(name)
        used += cost
    return found
