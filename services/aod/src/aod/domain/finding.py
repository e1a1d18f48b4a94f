"""A place with data that waits for a decision, and what is known of its data sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from aod.domain.errors import DataSetUnreadable, FindingDecided, NothingReadable, UnknownDataSet
from aod.domain.location import PlaceKind


class FindingState(StrEnum):
    """`open → approved | rejected`; a decision outlives later scans."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class ColumnProfile:
    """What the sampled rows say of a column: `null_ratio` 0 to 1, at most five `samples` with personal data masked."""

    name: str
    type: str
    null_ratio: float
    distinct: int
    samples: tuple[str, ...] = ()
    pii: str = ""


@dataclass(frozen=True)
class DataSet:
    """One file, sheet, table or view; `rows` and `bytes` are -1 when unknown, `error` is empty when it can be read.

    `looked_at` counts the sampled rows; `keyed` tells that a column identifies every row.
    """

    name: str
    format: str
    rows: int
    bytes: int
    error: str = ""
    columns: tuple[ColumnProfile, ...] = ()
    looked_at: int = 0
    keyed: bool = False
    modified_at: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """A scanned place; `connection_id` is empty until approved."""

    id: UUID
    name: str
    kind: PlaceKind
    location: str
    score: float
    reasons: tuple[str, ...]
    state: FindingState
    created_at: datetime
    connection_id: str = ""
    note: str = ""
    data_sets: tuple[DataSet, ...] = ()

    def refuse_decided(self) -> None:
        """Raise `FindingDecided` unless the finding is open."""
        if self.state is FindingState.APPROVED:
            raise FindingDecided(
                f"{self.name} was approved before; its connection is {self.connection_id}.",
                hint="Use that connection, or create another one in AAM.",
                connection_id=self.connection_id,
            )
        if self.state is FindingState.REJECTED:
            why = f" ({self.note})" if self.note else ""
            raise FindingDecided(
                f"{self.name} was rejected before{why}.",
                hint="The decision stays; to connect the place after all, create a connection in AAM.",
            )

    def choose(self, names: Sequence[str]) -> list[str]:
        """The data sets to connect: those named, or every readable one.

        Raises `UnknownDataSet`, `DataSetUnreadable`, `NothingReadable`.
        """
        readable = [one.name for one in self.data_sets if not one.error]
        if not readable:
            raise NothingReadable(
                f"No data set of {self.name} can be read.",
                hint="Each data set says what is wrong; repair one and scan again.",
            )
        if not names:
            return readable
        errors = {one.name: one.error for one in self.data_sets}
        unknown = [name for name in names if name not in errors]
        if unknown:
            raise UnknownDataSet(
                f"{self.name} has no data set {_listed(unknown)}.", hint=f"It has {_listed(list(errors))}."
            )
        broken = [name for name in names if errors[name]]
        if broken:
            raise DataSetUnreadable(
                f"{broken[0]} cannot be read: {errors[broken[0]]}", hint="Leave it out, or repair it and scan again."
            )
        return list(dict.fromkeys(names))


def _listed(names: Sequence[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
