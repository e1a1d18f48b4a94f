"""Rows as domain objects and back; credentials sealed for their tenant and finding."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from aos_common.secrets import SecretBox

from aod.domain.finding import ColumnProfile, DataSet, Finding, FindingState
from aod.domain.location import PlaceKind
from aod.domain.scan import Scan, ScanState

MAX_TEXT = 4000


def clean(text: str) -> str:
    """Text as PostgreSQL can hold it: no NUL and no lone surrogate, at most 4,000 characters."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()[:MAX_TEXT]


async def seal(box: SecretBox, url: str, tenant_id: UUID, finding_id: UUID) -> bytes | None:
    """The URL encrypted, or None for a place that needs none."""
    return await box.seal(url.encode(), f"{tenant_id}|{finding_id}") if url else None


async def unseal(box: SecretBox, sealed: bytes | None, tenant_id: UUID, finding_id: UUID) -> str:
    """The URL, or an empty text."""
    if not sealed:
        return ""
    return (await box.open(bytes(sealed), f"{tenant_id}|{finding_id}")).decode()


def scan_of(row: Any) -> Scan:
    """A scan from its row."""
    return Scan(
        id=row.id,
        finding_id=row.finding_id,
        kind=PlaceKind(row.kind),
        location=row.location,
        name=row.name,
        state=ScanState(row.state),
        created_at=row.created_at,
        data_sets=row.data_sets,
        error=row.error,
        ended_at=row.ended_at,
    )


def data_set_values(data_set: DataSet) -> dict[str, Any]:
    """The columns of a data set's row beside its key."""
    columns = [
        asdict(column)
        | {"name": clean(column.name), "type": clean(column.type), "samples": [clean(one) for one in column.samples]}
        for column in data_set.columns
    ]
    return {
        "name": clean(data_set.name),
        "format": data_set.format,
        "rows": data_set.rows,
        "bytes": data_set.bytes,
        "error": clean(data_set.error),
        "columns": columns,
    }


def data_set_of(row: Any) -> DataSet:
    """A data set from its row, whose `columns` are empty in lists."""
    columns = tuple(ColumnProfile(**column | {"samples": tuple(column["samples"])}) for column in row.columns)
    return DataSet(row.name, row.format, row.rows, row.bytes, row.error, columns)


def finding_of(row: Any, data_sets: list[DataSet]) -> Finding:
    """A finding from its row."""
    return Finding(
        id=row.id,
        name=row.name,
        kind=PlaceKind(row.kind),
        location=row.location,
        score=row.score,
        reasons=tuple(row.reasons),
        state=FindingState(row.state),
        created_at=row.created_at,
        connection_id=row.connection_id,
        note=row.note,
        data_sets=tuple(data_sets),
    )
