"""What REST takes and gives; fields are those of the protobuf messages."""

from datetime import datetime

from pydantic import BaseModel, Field

from aod.domain.finding import DataSet, Finding
from aod.domain.scan import Scan, ScanState


class ScanBody(BaseModel):
    """Asks for a scan."""

    location: str = Field(
        min_length=1, max_length=4096, description="A folder the server can read, or a postgresql:// URL."
    )
    name: str = Field("", max_length=100, description="Name for the asset; derived from the location when empty.")


class ApproveBody(BaseModel):
    """Approves a finding."""

    data_sets: list[str] = Field(
        default_factory=list, max_length=10_000, description="Data sets to connect; empty means every readable one."
    )


class RejectBody(BaseModel):
    """Rejects a finding."""

    note: str = Field("", max_length=2000, description="Why, for whoever looks next.")


class ScanOut(BaseModel):
    """One look at one place."""

    id: str
    kind: str
    location: str
    state: str
    data_sets: int
    error: str
    create_time: datetime
    end_time: datetime | None
    finding_id: str

    @classmethod
    def of(cls, scan: Scan) -> "ScanOut":
        """Show a scan."""
        return cls(
            id=str(scan.id),
            kind=scan.kind.value,
            location=scan.location,
            state=scan.state.value,
            data_sets=scan.data_sets,
            error=scan.error,
            create_time=scan.created_at,
            end_time=scan.ended_at,
            finding_id=str(scan.finding_id) if scan.state is ScanState.SUCCEEDED else "",
        )


class ScanPage(BaseModel):
    """A page of scans, newest first."""

    scans: list[ScanOut]
    next_page_token: str


class ColumnOut(BaseModel):
    """What a scan says of one column; personal data in `samples` is masked."""

    name: str
    type: str
    null_ratio: float
    distinct: int
    samples: list[str]
    pii: str


class DataSetOut(BaseModel):
    """One file, sheet, table or view; -1 stands for an unknown number."""

    name: str
    format: str
    rows: int
    bytes: int
    error: str
    columns: list[ColumnOut]

    @classmethod
    def of(cls, data_set: DataSet) -> "DataSetOut":
        """Show a data set."""
        columns = [
            ColumnOut(
                name=column.name,
                type=column.type,
                null_ratio=column.null_ratio,
                distinct=column.distinct,
                samples=list(column.samples),
                pii=column.pii,
            )
            for column in data_set.columns
        ]
        return cls(
            name=data_set.name,
            format=data_set.format,
            rows=data_set.rows,
            bytes=data_set.bytes,
            error=data_set.error,
            columns=columns,
        )


class FindingOut(BaseModel):
    """A place with data, without its credentials."""

    id: str
    name: str
    kind: str
    location: str
    score: float
    reasons: list[str]
    state: str
    connection_id: str
    data_sets: list[DataSetOut]
    create_time: datetime

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """Show a finding."""
        return cls(
            id=str(finding.id),
            name=finding.name,
            kind=finding.kind.value,
            location=finding.location,
            score=finding.score,
            reasons=[*finding.reasons, *([f"rejected: {finding.note}"] if finding.note else [])],
            state=finding.state.value,
            connection_id=finding.connection_id,
            data_sets=[DataSetOut.of(data_set) for data_set in finding.data_sets],
            create_time=finding.created_at,
        )


class FindingPage(BaseModel):
    """A page of findings, highest score first; their data sets carry no columns."""

    findings: list[FindingOut]
    next_page_token: str
