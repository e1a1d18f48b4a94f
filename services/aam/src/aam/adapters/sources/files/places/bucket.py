"""Files of an S3-compatible bucket, asked by paths (`endpoint/bucket/key`) with two requests: list and get."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import httpx

from aam.adapters.sources.files.globs import matches
from aam.adapters.sources.files.places.http import Http, refuse_failure
from aam.adapters.sources.files.places.place import MAX_FILES, Entry, readable
from aam.adapters.sources.files.places.signing import Keys, canonical_query, signed
from aam.adapters.sources.files.places.spool import Spool
from aam.domain.errors import Fault, SourceError

MAX_LISTED, MAX_PAGE = 200_000, 16 << 20
DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class Bucket:
    """The objects below a prefix, or the one object that the prefix is."""

    local = False

    def __init__(self, path: str, pattern: str, endpoint: str, keys: Keys, http: Http, spool: Spool) -> None:
        self.location = path
        self._bucket, _, self._prefix = path.removeprefix("s3://").partition("/")
        self._endpoint = endpoint or f"https://s3.{keys.region}.amazonaws.com"
        self._pattern, self._keys, self._http, self._spool = pattern, keys, http, spool

    def entries(self) -> dict[str, Entry]:
        """Readable objects by their key below the prefix."""
        found: dict[str, Entry] = {}
        listed, token = 0, ""
        while True:
            page = self._page(token)
            for key, size, version, modified in _objects(page):
                listed += 1
                name = self._name(key)
                if name and readable(name) and matches(name, self._pattern):
                    found[name] = Entry(name, key, size, version, modified)
            if len(found) > MAX_FILES or listed > MAX_LISTED:
                raise SourceError(f"{self.location} holds too many objects.", hint="Narrow the prefix or `pattern`.")
            following = _text(page, "NextContinuationToken")
            if _text(page, "IsTruncated") != "true" or not following or following == token:
                return dict(sorted(found.items()))
            token = following

    def _name(self, key: str) -> str:
        """The key below the prefix, which ends at a `/` or is a whole key; empty for all others."""
        base = self._prefix.rstrip("/")
        if not base or key.startswith(f"{base}/"):
            return key.removeprefix(f"{base}/" if base else "")
        return key.rpartition("/")[2] if key == self._prefix else ""

    def _page(self, token: str) -> ET.Element:
        query = {"list-type": "2", "prefix": self._prefix, "max-keys": "1000"}
        if token:
            query["continuation-token"] = token
        with self._get("", query) as response:
            refuse_failure(response, f"the list of bucket {self._bucket}")
            body = b""
            for piece in response.iter_raw():
                body += piece
                if len(body) > MAX_PAGE:
                    raise _garbled(self.location)
        if DOCTYPE.search(body):
            raise _garbled(self.location)
        try:
            # A document type, and with it every entity, was refused above.
            return ET.fromstring(body)  # noqa: S314  # nosec B314
        except ET.ParseError:
            raise _garbled(self.location) from None

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[Path]:
        """A copy of exactly the listed content: another one since then is a transient failure."""
        with self._get(entry.key, {}) as response:
            refuse_failure(response, entry.name)
            if response.headers.get("ETag", "") != entry.version.partition(" ")[0]:
                raise SourceError(
                    f"{entry.name} changed since it was listed.", hint="Sync again.", fault=Fault.TRANSIENT
                )
            with self._spool.copy(entry.name, response.iter_raw(), entry.size) as path:
                response.close()
                yield path

    @contextmanager
    def _get(self, key: str, query: dict[str, str]) -> Iterator[httpx.Response]:
        path = quote(f"/{self._bucket}/{key}" if key else f"/{self._bucket}", safe="/-_.~")
        asked = canonical_query(query)
        headers = signed(self._keys, urlsplit(self._endpoint).netloc, path, asked, datetime.now(UTC))
        url = f"{self._endpoint}{path}" + (f"?{asked}" if asked else "")
        with self._http.asked("GET", url, headers) as response:
            yield response


def _objects(page: ET.Element) -> Iterator[tuple[str, int, str, datetime | None]]:
    """Key, size, version and time of change of every object of a page."""
    for one in page.iterfind("{*}Contents"):
        key, size, changed = _text(one, "Key"), _text(one, "Size"), _text(one, "LastModified")
        if key and size.isascii() and size.isdigit():
            yield key, int(size), f"{_text(one, 'ETag')} {size} {changed}", _moment(changed)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{{*}}{name}") or ""


def _garbled(location: str) -> SourceError:
    return SourceError(
        f"The server of {location} does not answer as S3 does.",
        hint="Check `endpoint`: it must be the S3 interface of the server.",
        reason="NOT_S3",
    )
