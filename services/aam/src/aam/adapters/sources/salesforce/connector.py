"""Salesforce's objects as streams, and corrections of single records."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aos_common.egress import Egress

from aam.adapters.credentials import HeldCredentials
from aam.adapters.sources.salesforce.api.budget import Budget
from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.api.session import Session, wall_clock
from aam.adapters.sources.salesforce.api.transport import SharedClient
from aam.adapters.sources.salesforce.catalog import KEY, SObject, is_stream, sobject_of
from aam.adapters.sources.salesforce.reading.first import First
from aam.adapters.sources.salesforce.reading.read import SalesforceRead
from aam.adapters.sources.salesforce.settings import NAME, SalesforceSettings
from aam.adapters.sources.settings import endpoint_of, public_and_secret
from aam.adapters.sources.spans.salesforce import SpanRead
from aam.domain.errors import SourceError
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span
from aam.ports import Credentials, DiscoveredStream, Json, StreamRead

BATCH_ROWS = 20_000
"""Pages are joined to batches of so many rows, so that each lands as a file worth opening."""
RECORD_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


class SalesforceConnector:
    """The connector for Salesforce organisations, at addresses that `egress` allows."""

    name = "salesforce"
    title = "Salesforce"

    def __init__(
        self, egress: Egress, wait: Callable[[float], None] = time.sleep, *, batch_rows: int = BATCH_ROWS
    ) -> None:
        self._egress, self._wait, self._batch_rows = egress, wait, batch_rows

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of `SalesforceSettings`."""
        return SalesforceSettings.model_json_schema()

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings; client secret, refresh token and private key are the secrets."""
        return public_and_secret(SalesforceSettings, settings)

    def open(self, public: Json, secret: Mapping[str, str]) -> "SalesforceSource":
        """The organisation behind the settings; its session lives as long as the source."""
        return self.open_renewing(public, secret, HeldCredentials())

    def open_renewing(self, public: Json, secret: Mapping[str, str], credentials: Credentials) -> "SalesforceSource":
        """The same with a session that `credentials` keeps."""
        settings = SalesforceSettings.model_validate({**public, **secret})
        http = SharedClient(self._egress)
        session = Session(settings, http, credentials, wall_clock, self._wait)
        budget = Budget(settings.organisation_budget_percent, settings.run_budget_percent)
        return SalesforceSource(
            settings, SalesforceApi(http, session, budget, settings.api_version, wait=self._wait), self._batch_rows
        )


class SalesforceSource:
    """One organisation. Reading never writes; `update` does, for approved actions."""

    def __init__(self, settings: SalesforceSettings, api: SalesforceApi, batch_rows: int, most: int = 0) -> None:
        """`most` bounds the records that a reading asks for; 0 does not."""
        self._settings, self._api, self._batch_rows, self._most = settings, api, batch_rows, most
        self.location = settings.login_url

    def endpoints(self) -> list[tuple[str, int]]:
        """The login host."""
        return [endpoint_of(self._settings.login_url)]

    def limited(self, rows: int) -> "SalesforceSource":
        """The same organisation, a few records of each object."""
        return SalesforceSource(self._settings, self._api, self._batch_rows, rows)

    def check(self) -> None:
        """Raise unless a session is given and the chosen objects are there."""
        self._names()

    def discover(self) -> list[DiscoveredStream]:
        """Every object that can be queried, or those chosen; one that cannot be described is listed with its error."""
        with self._api.http.used():
            return [self._discovered(name) for name in sorted(self._names())]

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[StreamRead]:
        """Open one object; records that changed since the cursor where it has a field for that, else all."""
        with self._api.http.used():
            if self._most:
                yield First(self._api, self._described(stream), self._most)
                return
            yield SalesforceRead(self._api, self._described(stream), self._settings, cursor, self._batch_rows)

    @contextmanager
    def read_span(self, stream: str, span: Span, place: Json, known: StreamSchema | None) -> Iterator[SpanRead]:
        """Open what of one object lies in a range of the field by which its changes are found."""
        with self._api.http.used():
            yield SpanRead(self._api, self._described(stream), self._settings, span, place, self._batch_rows)

    def update(self, stream: str, key: Json, values: Json) -> None:
        """Set the fields of the record with this id."""
        record_id = str(key.get(KEY, ""))
        if not NAME.fullmatch(stream) or not RECORD_ID.fullmatch(record_id) or set(key) != {KEY}:
            raise SourceError(f"{stream} has no record {record_id[:40]!r}.", hint="Name the record by its Id.")
        if not values:
            raise SourceError(f"{stream} {record_id}: nothing to set.", hint="Name at least one field.")
        path = f"sobjects/{stream}/{record_id}"
        self._api.call("PATCH", path, f"{stream} {record_id}", take=lambda _: None, body=dict(values))

    def _listed(self) -> dict[str, Mapping[str, Any]]:
        found = self._api.get("sobjects", "The list of objects")["sobjects"]
        return {str(one["name"]): one for one in found}

    def _names(self) -> list[str]:
        listed = self._listed()
        if not self._settings.objects:
            return [name for name, one in listed.items() if is_stream(one)]
        missing = [name for name in self._settings.objects if not listed.get(name, {}).get("queryable")]
        if missing:
            raise SourceError(
                f"The organisation has no {', '.join(missing[:5])}, or the user may not query it.",
                hint="Check the names of the objects (API names), and what the user may read.",
                reason="SOURCE_CHANGED",
            )
        return self._settings.objects

    def _discovered(self, name: str) -> DiscoveredStream:
        try:
            found = self._described(name)
        except SourceError as error:
            if error.reason in ("SOURCE_CHANGED", "SOURCE_PERMISSION_DENIED"):
                return DiscoveredStream(name, None, str(error))
            raise
        return DiscoveredStream(name, found.stream_schema(), documentation=found.label, cursors=found.cursors)

    def _described(self, name: str) -> SObject:
        if not NAME.fullmatch(name):
            raise SourceError(f"{name[:80]!r} is no object's name.", hint="Discover the connection again.")
        described = self._api.get(f"sobjects/{name}/describe", name)
        return sobject_of(described, frozenset(self._settings.exclude_fields.get(name, ())))
