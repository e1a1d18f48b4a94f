"""Query jobs of the Bulk API 2.0: create, wait, fetch page by page, delete.

After "Bulk API 2.0 and Bulk API Developer Guide", Query Jobs.
"""

import contextlib
import mmap
import tempfile
import time
from collections.abc import Iterator

import httpx
import pyarrow as pa

from aam.adapters.sources.salesforce.api.client import SalesforceApi, take_json
from aam.adapters.sources.salesforce.api.errors import BulkRefused, QueryTimeout, bulk_refusal, unreachable
from aam.adapters.sources.salesforce.api.transport import Unreadable
from aam.adapters.sources.salesforce.catalog import SObject
from aam.adapters.sources.salesforce.reading.values import from_csv
from aam.domain.errors import Fault, SourceError

PAGE_ROWS = 50_000
POLL_SECONDS, MAX_POLL_SECONDS = 0.5, 10.0
JOB_SECONDS = 3_600.0
MAX_QUERY = 100_000
MAX_PAGE_BYTES = 2 << 30
PAGE_IN_MEMORY = 32 << 20
"""A larger page is kept on disk while it is read."""
ENDED = ("JobComplete", "Failed", "Aborted")
Page = tempfile.SpooledTemporaryFile[bytes]


class BulkReader:
    """Runs query jobs of one object."""

    def __init__(self, api: SalesforceApi, sobject: SObject) -> None:
        self._api, self._sobject = api, sobject

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query, in no order. Raises `BulkRefused`, `QueryTimeout` before the first row."""
        if len(query) > MAX_QUERY:
            raise BulkRefused(f"{self._sobject.name} has more fields than a bulk query holds.")
        job = self._create(query)
        ended = False
        try:
            self._wait(job)
            ended = True
            yield from self._results(job)
        finally:
            self._delete(job, ended=ended)

    def _create(self, query: str) -> str:
        body = {
            "operation": "queryAll",
            "query": query,
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        made = self._api.call("POST", "jobs/query", self._sobject.name, take=take_json, body=body, refused=bulk_refusal)
        return str(made["id"])

    def _wait(self, job: str) -> None:
        pause, deadline = POLL_SECONDS, time.monotonic() + JOB_SECONDS
        while True:
            told = self._api.get(f"jobs/query/{job}", self._sobject.name)
            state = told.get("state")
            if state in ENDED:
                break
            if time.monotonic() > deadline:
                raise self._timeout(f"the job {job} is {state} after {JOB_SECONDS:.0f} s")
            self._api.pause(pause)
            pause = min(pause * 1.5, MAX_POLL_SECONDS)
        error = str(told.get("errorMessage") or "")
        if state == "Aborted":
            raise SourceError(
                f"{self._sobject.name}: somebody aborted the bulk job in Salesforce, so the reading is incomplete.",
                hint="Sync again.",
                fault=Fault.TRANSIENT,
                reason="SOURCE_INCOMPLETE",
            )
        if state == "Failed" and "QUERY_TIMEOUT" in error:
            raise self._timeout(error)
        if state == "Failed":
            raise BulkRefused(f"{self._sobject.name}: the bulk job failed.", internal=error[:500])

    def _timeout(self, internal: str) -> QueryTimeout:
        return QueryTimeout(
            f"{self._sobject.name}: Salesforce took too long to answer.",
            hint="Sync when the organisation is less busy, or exclude large text and formula fields.",
            fault=Fault.TRANSIENT,
            internal=internal[:500],
            reason="SOURCE_TIMEOUT",
        )

    def _results(self, job: str) -> Iterator[pa.RecordBatch]:
        locator = ""
        while locator != "null":
            with tempfile.SpooledTemporaryFile(PAGE_IN_MEMORY) as file:
                locator, expected = self._page(job, locator, file)
                rows = 0
                for batch in from_csv(self._sobject, _written(file)):
                    rows += batch.num_rows
                    yield batch
            if expected >= 0 and rows != expected:
                raise unreachable(self._sobject.name, f"{rows} of {expected} rows of a page arrived")

    def _page(self, job: str, locator: str, file: Page) -> tuple[str, int]:
        """Write one page to the file; returns the next locator and how many rows there must be (-1: not told)."""

        def take(response: httpx.Response) -> tuple[str, int]:
            file.seek(0)
            file.truncate()
            for part in response.iter_bytes():
                if file.write(part) and file.tell() > MAX_PAGE_BYTES:
                    raise self._too_long()
            if "Sforce-Locator" not in response.headers:
                raise Unreadable("the page does not say whether there are more")
            count = response.headers.get("Sforce-NumberOfRecords", "")
            return response.headers["Sforce-Locator"], int(count) if count.isdigit() else -1

        params = {"maxRecords": str(PAGE_ROWS), **({"locator": locator} if locator else {})}
        path = f"jobs/query/{job}/results"
        return self._api.call("GET", path, self._sobject.name, take=take, params=params, accept="text/csv")

    def _too_long(self) -> SourceError:
        return SourceError(
            f"{self._sobject.name}: {PAGE_ROWS} rows are more than {MAX_PAGE_BYTES >> 30} GiB.",
            hint="Exclude its long text fields.",
            reason="SOURCE_TOO_LARGE",
        )

    def _delete(self, job: str, *, ended: bool) -> None:
        """Leave nothing behind; what cannot be deleted ends by itself after seven days."""
        path, name = f"jobs/query/{job}", self._sobject.name
        with contextlib.suppress(SourceError):
            if not ended:
                with contextlib.suppress(SourceError):
                    self._api.call("PATCH", path, name, take=lambda _: None, body={"state": "Aborted"})
            self._api.call("DELETE", path, name, take=lambda _: None)


def _written(file: Page) -> pa.Buffer:
    """What was written: a copy of what is in memory, and what is on disk as it is there."""
    size = file.tell()
    if size > PAGE_IN_MEMORY:
        file.flush()
        return pa.py_buffer(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
    file.seek(0)
    return pa.py_buffer(file.read())
