"""A bounded sample of a collection: all of a small one, else its oldest, its newest and some of the rest."""

from collections.abc import Iterator
from itertools import chain

from pymongo.collection import Collection

from aam.adapters.sources.mongo.answers import drawn, found
from aam.adapters.sources.mongo.client import Document
from aam.adapters.sources.mongo.connector import MongoSettings
from aam.adapters.sources.mongo.layouts import Documents
from aam.adapters.sources.mongo.shapes import Profile

MAX_BYTES = 64 << 20


def profile(collection: Collection[Document], settings: MongoSettings, *, keyed: bool) -> Profile:
    """The paths and kinds in the sample; excluded fields never leave the server."""
    seen = Profile()
    size = 0
    hidden = dict.fromkeys(settings.exclude_columns.get(collection.name, ()), 0)
    for answer in _answers(collection, settings.sample_size, hidden, keyed=keyed):
        size += answer.size
        for document in answer.some(range(len(answer))):
            seen.add(document, settings.flatten_depth)
        if size > MAX_BYTES:
            break
    return seen


def _answers(
    collection: Collection[Document], wanted: int, hidden: dict[str, int], *, keyed: bool
) -> Iterator[Documents]:
    if keyed and collection.estimated_document_count() <= wanted:
        return found(collection, {}, hidden, limit=wanted)
    third = wanted // 3
    some = drawn(collection, [{"$sample": {"size": third}}, *([{"$project": hidden}] if hidden else [])])
    if not keyed:
        return chain(found(collection, {}, hidden, limit=2 * third), some)
    oldest, newest = (found(collection, {}, hidden, sort={"_id": way}, limit=third) for way in (1, -1))
    return chain(oldest, newest, some)
