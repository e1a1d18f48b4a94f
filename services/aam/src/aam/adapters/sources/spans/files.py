"""What of a group of files was changed in a range of time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aam.adapters.sources.files.groups import GroupRead
from aam.adapters.sources.files.opening import Opening
from aam.adapters.sources.files.places.place import Entry
from aam.adapters.sources.files.reading import NothingNew
from aam.adapters.sources.spans.bounds import SPAN, moments, of_span, told
from aam.domain.errors import BackfillRefused
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span
from aam.ports import Json, SourceBatch, StreamRead


class SpanRead(GroupRead):
    """The files that were changed in the range, each whole; record numbers begin anew."""

    def __init__(
        self,
        stream: str,
        opening: Opening,
        every: list[Entry],
        chosen: list[Entry],
        span: Span,
        place: Json,
        known: StreamSchema,
    ) -> None:
        """`every` file of the group tells the types of columns that none of the `chosen` has."""
        inside = {name: value for name, value in place.items() if name != SPAN} if of_span(place, span) else {}
        super().__init__(stream, opening, chosen, inside, known)
        self._complete(every, known)
        self.schema = self._schema(known)
        self._bounds = told(span)

    def batches(self) -> Iterator[SourceBatch]:
        """Batches file by file; their states are of this range alone."""
        for batch in super().batches():
            yield replace(batch, state={**batch.state, SPAN: self._bounds} if batch.state else None)

    def cursor(self) -> Json:
        """None: the saved one stays."""
        return {}


def read_span(
    stream: str, opening: Opening, every: Sequence[Entry], span: Span, place: Json, known: StreamSchema | None
) -> StreamRead:
    """The reading of a group; nothing when no file was changed in the range."""
    since, until = moments(stream, span, "the time at which a file was changed")
    chosen = [entry for entry in every if entry.modified is not None and since <= entry.modified < until]
    if known is None or any(entry.modified is None for entry in every):
        raise BackfillRefused(
            f"The place of {stream} does not tell when its files were changed.",
            hint="Read it whole: full_refresh.",
        )
    if not chosen:
        return NothingNew(stream, known, {})
    return SpanRead(stream, opening, list(every), chosen, span, place, known)
