"""What is saved between readings: where a scan stands, and from where its changes are to be followed.

    {"collection": "deals", "uuid": "…", "token": {…}, "time": [seconds, ordinal]}           the end of a reading
    {…, "after": {"$oid": "…"}, "rows": 32768}                                               inside a scan

`uuid` is the collection's own: one that was dropped and made anew is another. `time` is the server's when the token was
taken; a cursor of a time that the server has not reached belongs to another server, or to one set back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import bson
from bson import Timestamp, json_util
from bson.binary import UuidRepresentation
from bson.codec_options import DatetimeConversion
from bson.errors import BSONError

from aam.ports import Json

FORMS = ({"token", "time"}, {"token", "time", "after", "rows"}, {"after", "rows"})
MOST = 1 << 53


@dataclass(frozen=True)
class Saved:
    """A cursor as values; `token` is a resume token of a change stream, `after` the last `_id` read in a boxed form."""

    collection: str
    uuid: str
    token: Mapping[str, Any] | None = None
    time: tuple[int, int] | None = None
    after: tuple[Any] | None = None
    rows: int = 0

    def json(self) -> dict[str, Any]:
        """The cursor as JSON; types of BSON stay exact. Empty when there is nowhere to resume."""
        if self.token is None and self.after is None:
            return {}
        body: dict[str, Any] = {"collection": self.collection, "uuid": self.uuid}
        if self.token is not None:
            body |= {"token": _plain(self.token), "time": list(self.time or ())}
        return body | {"after": _plain(self.after[0]), "rows": self.rows} if self.after else body

    def has_reached(self, now: Timestamp | None) -> bool:
        """Tell whether the server's time is at or after the cursor's."""
        return self.time is None or (now is not None and self.time <= (now.time, now.inc))


def saved_of(cursor: Json, collection: str, uuid: str) -> Saved | None:
    """The cursor of this very collection, or None: of another one, another connector, or no cursor at all."""
    names = cursor.keys() - {"collection", "uuid"}
    if (cursor.get("collection"), cursor.get("uuid")) != (collection, uuid) or names not in FORMS:
        return None
    try:
        token, after = (_exact(cursor.get(name)) for name in ("token", "after"))
        bson.encode({"token": token, "after": after})
        time = Timestamp(*cursor["time"]) if "time" in names else None
    except (BSONError, ValueError, TypeError, ArithmeticError):
        return None
    rows = cursor.get("rows", 1)
    if ("token" in names and not (isinstance(token, dict) and token)) or type(rows) is not int or not 0 < rows < MOST:
        return None
    saved = Saved(collection, uuid, token, (time.time, time.inc) if time else None)
    return replace(saved, after=(after,), rows=rows) if "after" in names else saved


def _plain(value: Any) -> Any:
    return json.loads(json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS))


def _exact(value: Any) -> Any:
    return json_util.loads(json.dumps(value), json_options=EXACT)


EXACT = json_util.CANONICAL_JSON_OPTIONS.with_options(
    uuid_representation=UuidRepresentation.STANDARD,
    datetime_conversion=DatetimeConversion.DATETIME_MS,
)
