"""Refuse a backfill that could not replace what is there."""

from aam.domain.connection import Stream
from aam.domain.errors import BackfillRefused


def refuse_backfill(stream: Stream) -> None:
    """Raise `BackfillRefused` unless the stream was read with its mapping in force, and its records have a key."""
    mapping, schema = stream.mapping, stream.schema
    if mapping is None or stream.published_mapping != mapping.version:
        raise BackfillRefused(
            f"{stream.name} was not read yet with the mapping that is in force.",
            hint="Sync it first; a backfill publishes over what is there.",
        )
    if not (mapping.key_columns or (schema and schema.primary_key)):
        raise BackfillRefused(
            f"The records of {stream.name} have no key, so what is read again would stand beside what is there.",
            hint="Map a key, or read the stream whole: full_refresh.",
        )
