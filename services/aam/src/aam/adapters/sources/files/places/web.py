"""One file behind an HTTP(S) URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from aam.adapters.sources.files.places.http import Http, refuse_failure
from aam.adapters.sources.files.places.place import Entry, readable
from aam.adapters.sources.files.places.spool import Spool
from aam.domain.errors import SourceError

MAX_REDIRECTS = 5
ENDINGS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""What a file is whose address does not say."""


class WebFile:
    """The file; every redirect is checked like the address itself, and takes neither token nor TLS away."""

    local = False

    def __init__(self, url: str, query: str, token: str, http: Http, spool: Spool) -> None:
        self.location, self._http, self._spool = url, http, spool
        self._url = f"{url}?{query.removeprefix('?')}" if query else url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def entries(self) -> dict[str, Entry]:
        """The one file, as the server describes it."""
        with self._answer("HEAD") as response:
            if response.status_code < 400:
                return self._listed(response)
        with self._answer("GET") as response:  # not every server, and no signed URL, takes HEAD
            refuse_failure(response, "the file")
            return self._listed(response)

    def _listed(self, response: httpx.Response) -> dict[str, Entry]:
        refuse_failure(response, "the file")
        name = unquote(urlsplit(self._url).path.rpartition("/")[2]) or "file"
        if not readable(name):
            name += ENDINGS.get(response.headers.get("Content-Type", "").partition(";")[0].strip().lower(), "")
        return {name: Entry(name, self._url, _length(response), _version(response))} if readable(name) else {}

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[Path]:
        """A copy of the file as it is now."""
        with self._answer("GET") as response:
            refuse_failure(response, entry.name)
            with self._spool.copy(entry.name, response.iter_raw(), _length(response)) as path:
                response.close()
                yield path

    @contextmanager
    def _answer(self, method: str) -> Iterator[httpx.Response]:
        """The answer that is no redirect."""
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            headers = self._headers if _origin(url) == _origin(self._url) else {}
            with self._http.asked(method, url, headers) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = _redirected(url, response.headers["Location"])
        raise SourceError(
            f"{self.location} redirects more than {MAX_REDIRECTS} times.",
            hint="Enter the address that it ends at.",
            reason="TOO_MANY_REDIRECTS",
        )


def _redirected(url: str, location: str) -> str:
    following = urljoin(url, location)
    schemes = ("https",) if url.startswith("https:") else ("http", "https")
    try:
        allowed = urlsplit(following).scheme in schemes and bool(urlsplit(following).hostname)
    except ValueError:
        allowed = False
    if not allowed:
        raise SourceError(
            f"{urlsplit(url).hostname} redirects to an address that is not followed.",
            hint="Enter the address that it ends at; a redirect from https goes to https alone.",
            reason="REDIRECT_NOT_ALLOWED",
        )
    return following


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _length(response: httpx.Response) -> int:
    """The size of the file as announced; -1 when it is not, or is that of an encoding on the way."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else -1


def _version(response: httpx.Response) -> str:
    """A strong validator (RFC 9110, 8.8): a strong ETag, or a Last-Modified well before the answer; else empty."""
    etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    if etag and not etag.startswith("W/"):
        return f"{etag[:200]} {_length(response)}"
    try:
        age = parsedate_to_datetime(response.headers.get("Date", "")) - parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return ""
    return f"{modified} {_length(response)}" if age.total_seconds() >= 60 else ""
