"""A bounded sample of a collection: all of a small one, else its oldest, its newest and some of the rest."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import bson
from pymongo.collection import Collection

from aam.adapters.sources.mongo.client import CODEC, Document, answers
from aam.adapters.sources.mongo.connector import MongoSettings
from aam.adapters.sources.mongo.shapes import Profile

MAX_BYTES = 64 << 20


def profile(collection: Collection[Document], settings: MongoSettings, *, keyed: bool) -> Profile:
    """The paths and kinds in the sample; excluded fields never leave the server."""
    found = Profile()
    size = 0
    hidden = dict.fromkeys(settings.exclude_columns.get(collection.name, ()), 0)
    for answer in _answers(collection, settings.sample_size, hidden, keyed=keyed):
        size += len(answer)
        for document in bson.decode_all(answer, CODEC):
            found.add(document, settings.flatten_depth)
        if size > MAX_BYTES:
            break
    return found


def _answers(collection: Collection[Document], wanted: int, hidden: dict[str, int], *, keyed: bool) -> Iterator[bytes]:
    found = collection.find_raw_batches({}, hidden or None)
    if keyed and collection.estimated_document_count() <= wanted:
        return answers(found.limit(wanted))
    third = wanted // 3
    pipeline: list[dict[str, Any]] = [{"$sample": {"size": third}}, *([{"$project": hidden}] if hidden else [])]
    drawn = answers(collection.aggregate_raw_batches(pipeline))
    if not keyed:
        return chain(answers(found.limit(2 * third)), drawn)
    oldest = answers(found.sort("_id", 1).limit(third))
    newest = answers(collection.find_raw_batches({}, hidden or None).sort("_id", -1).limit(third))
    return chain(oldest, newest, drawn)
