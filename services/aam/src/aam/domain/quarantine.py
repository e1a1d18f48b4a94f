"""Rows that did not fit: kept with their place, value and reason until somebody decides."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from aam.domain.landing import NAMESPACE


@dataclass(frozen=True)
class Misfit:
    """A row that did not fit, located in its source.

    `row` is the record number from 1, the header not counted; `record` is the whole row as JSON text.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    record: str


@dataclass(frozen=True)
class QuarantinedRow:
    """A misfit as it is kept, with the run that met it."""

    id: UUID
    connection_id: UUID
    stream: str
    run_id: UUID
    misfit: Misfit


def misfit_id(run_id: UUID, stream: str, misfit: Misfit) -> UUID:
    """The same for the same misfit of the same run, so that a retried run keeps it once."""
    return uuid5(NAMESPACE, f"{run_id}/{stream}/{misfit.row}/{misfit.column}/{misfit.reason}")
