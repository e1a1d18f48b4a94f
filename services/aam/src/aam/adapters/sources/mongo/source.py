"""MongoDB collections and views as streams: scanned in the order of `_id`, then followed by change streams."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aos_common.egress import Egress
from pymongo.collection import Collection
from pymongo.database import Database

from aam.adapters.sources.mongo.changes import Lost, drain, server_time, token_now
from aam.adapters.sources.mongo.client import CODEC, Client, Document, connected, split_seed
from aam.adapters.sources.mongo.connector import MongoSettings
from aam.adapters.sources.mongo.cursors import Saved, saved_of
from aam.adapters.sources.mongo.errors import named_errors
from aam.adapters.sources.mongo.reading import First, Followed, MongoRead, Plan, Scan
from aam.adapters.sources.mongo.sampling import profile
from aam.adapters.sources.mongo.shapes import declare, documentation
from aam.adapters.sources.spans.mongo import SpanRead
from aam.domain.errors import Fault, SourceError
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span
from aam.ports import DiscoveredStream, Json

MAX_COLLECTIONS = 2_000


@dataclass(frozen=True)
class Found:
    """A collection as the server lists it."""

    name: str
    uuid: str
    keyed: bool
    validator: Mapping[str, Any]


class MongoSource:
    """Reads collections and views; sends no command that writes."""

    def __init__(self, settings: MongoSettings, egress: Egress, batch_rows: int, *, limited: bool = False) -> None:
        """A `limited` source reads one batch of each collection, and finds no new columns while it does."""
        self._settings, self._egress, self._batch_rows, self._limited = settings, egress, batch_rows, limited
        self.location = f"mongodb://{','.join(settings.hosts)}/{settings.database}"

    def endpoints(self) -> list[tuple[str, int]]:
        """The members."""
        return [split_seed(seed) for seed in self._settings.hosts]

    def limited(self, rows: int) -> "MongoSource":
        """The same database; half of the documents are for finding the columns, half to be read."""
        half = max(rows // 2, 1)
        settings = self._settings.model_copy(update={"sample_size": half, "change_streams": False})
        return MongoSource(settings, self._egress, half, limited=True)

    def check(self) -> None:
        """Raise unless a member accepts the user and lets it list the collections."""
        with self._session("the database") as (_, database):
            self._listed(database)

    def discover(self) -> list[DiscoveredStream]:
        """Every collection and view; one that may not be read, or is empty, is listed with what to do."""
        with self._session("the database") as (_, database):
            return [self._discovered(database, found) for found in self._listed(database)]

    def _discovered(self, database: Database[Document], found: Found) -> DiscoveredStream:
        told = documentation(found.validator)
        try:
            with named_errors(self.location, found.name, self._secret):
                seen = profile(database[found.name], self._settings, keyed=found.keyed)
        except SourceError as error:
            if error.fault is Fault.TRANSIENT:
                raise
            return DiscoveredStream(found.name, None, str(error), told)
        if not seen.documents:
            return DiscoveredStream(
                found.name, None, f"{found.name} holds no document yet. Discover again when it does.", told
            )
        depth = self._settings.flatten_depth
        shape = declare(seen, depth, None, keyed=found.keyed, validator=found.validator)
        return DiscoveredStream(found.name, shape, "", told)

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[MongoRead]:
        """Open one collection in the shape that its sample has now."""
        with self.read_as(stream, cursor, None) as read:
            yield read

    @contextmanager
    def read_as(self, stream: str, cursor: Json, known: StreamSchema | None) -> Iterator[MongoRead]:
        """Open one collection in its known shape, widened by what is notable in a sample."""
        with self._session(stream) as (client, database):
            found = self._found(database, stream)
            if self._limited and known is not None:
                excluded = self._settings.exclude_columns.get(stream, ())
                yield First(Plan(database[stream], known, excluded, found.keyed, self._batch_rows))
                return
            yield self._opened(client, self._plan(database, found, known), found, cursor)

    @contextmanager
    def read_span(self, stream: str, span: Span, place: Json, known: StreamSchema | None) -> Iterator[SpanRead]:
        """Open what of one collection was made in a range of time."""
        with self._session(stream) as (_, database):
            found = self._found(database, stream)
            yield SpanRead(self._plan(database, found, known), found.uuid, span, place)

    def _found(self, database: Database[Document], stream: str) -> Found:
        found = next((one for one in self._listed(database) if one.name == stream), None)
        if found is None:
            raise SourceError(
                f"{self.location}: {stream} is gone, or the user may not read it.",
                hint="Discover the connection again, or grant the user the role `read`.",
                reason="SOURCE_CHANGED",
            )
        return found

    def _plan(self, database: Database[Document], found: Found, known: StreamSchema | None) -> Plan:
        settings, collection = self._settings, database[found.name]
        seen = profile(collection, settings, keyed=found.keyed)
        shape = declare(seen, settings.flatten_depth, known, keyed=found.keyed, validator=found.validator)
        excluded = settings.exclude_columns.get(found.name, ())
        return Plan(collection, shape, excluded, found.keyed, self._batch_rows)

    def _opened(self, client: Client, plan: Plan, found: Found, cursor: Json) -> MongoRead:
        """What changed since the cursor, the rest of the scan it stands in, or everything."""
        now = server_time(client)
        saved = saved_of(cursor, found.name, found.uuid) if found.keyed else None
        if saved is not None and saved.has_reached(now):
            if saved.after is not None and _exists(plan.collection, saved.after[0]):
                return Scan(plan, saved)
            if saved.after is None and saved.token is not None and self._settings.change_streams:
                try:
                    return Followed(plan, saved, drain(plan.collection, saved.token, now))
                except Lost:
                    pass  # the cursor leads nowhere any more: everything is read
        follows = found.keyed and self._settings.change_streams and now is not None
        token = token_now(plan.collection) if follows else None
        time = (now.time, now.inc) if now is not None and token is not None else None
        return Scan(plan, Saved(found.name, found.uuid, token, time))

    def _listed(self, database: Database[Document]) -> list[Found]:
        chosen = self._settings.collections
        listed = [_found(one) for one in database.list_collections() if not one["name"].startswith("system.")]
        wanted = sorted((one for one in listed if not chosen or one.name in chosen), key=lambda one: one.name)
        if len(wanted) > MAX_COLLECTIONS:
            raise SourceError(
                f"{self.location} has more than {MAX_COLLECTIONS} collections.", hint="Choose some with `collections`."
            )
        return wanted

    @property
    def _secret(self) -> str:
        return self._settings.password.get_secret_value()

    @contextmanager
    def _session(self, what: str) -> Iterator[tuple[Client, Database[Document]]]:
        with (
            named_errors(self.location, what, self._secret),
            connected(self._settings, self._egress) as client,
        ):
            yield client, client.get_database(self._settings.database, codec_options=CODEC)


def _found(listed: Mapping[str, Any]) -> Found:
    info, options = listed.get("info", {}), listed.get("options", {})
    validator = options.get("validator", {})
    schema = validator.get("$jsonSchema", {}) if isinstance(validator, Mapping) else {}
    uuid = info.get("uuid")
    keyed = listed.get("type", "collection") == "collection"
    return Found(listed["name"], bytes(uuid).hex() if isinstance(uuid, bytes) else str(uuid or ""), keyed, schema)


def _exists(collection: Collection[Document], key: Any) -> bool:
    """Tell whether the scan's last document is still there; else the cursor may be of another time or place."""
    return collection.find_one({"_id": {"$eq": key}}, {"_id": 1}) is not None
