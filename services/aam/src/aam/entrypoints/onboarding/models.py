"""What the REST routes of onboarding take and give; fields are those of the protobuf messages."""

from typing import Any

from aos_common.errors import DomainError
from pydantic import BaseModel, Field

from aam.domain.connection import Connection
from aam.domain.onboarding import COVERAGE_OBJECTIVE, Funnel, ProposedField
from aam.domain.quarantine import Misfit
from aam.entrypoints.onboarding.api import MAX_ENTRIES
from aam.entrypoints.rest_models import ConnectionOut
from aam.usecases.onboarding.enter_catalogue import Entry
from aam.usecases.onboarding.preview_connection import StreamPreview


class EntryBody(BaseModel):
    """A source that somebody wants connected."""

    name: str = Field(min_length=1, max_length=120, examples=["crm"])
    connector: str = Field(min_length=1, max_length=60, examples=["postgres"], description="Also one not installed.")
    settings: dict[str, Any] = Field(default_factory=dict, description="As far as they are known.")
    streams: list[str] = Field(default_factory=list, max_length=10_000, description="Streams to read; empty means all.")
    safe_mode: bool = Field(True, description="Look at few rows, and wait for somebody to promote it.")
    request_id: str = Field("", max_length=120, description="Repeating it returns the same connection.")

    def entry(self) -> Entry:
        """The entry as the use case takes it."""
        return Entry(**self.model_dump())


class BatchBody(BaseModel):
    """Several entries."""

    entries: list[EntryBody] = Field(min_length=1, max_length=MAX_ENTRIES)


class OnboardedOut(BaseModel):
    """What became of one entry: a connection, or the reason why there is none."""

    name: str
    connection: ConnectionOut | None
    reason: str
    error: str
    hint: str

    @classmethod
    def of(cls, name: str, found: Connection | DomainError) -> "OnboardedOut":
        """Show one."""
        if isinstance(found, DomainError):
            return cls(name=name, connection=None, reason=found.reason, error=found.message, hint=found.hint)
        return cls(name=name, connection=ConnectionOut.of(found, []), reason="", error="", hint="")


class BatchOut(BaseModel):
    """What became of each entry, in their order."""

    results: list[OnboardedOut]


class PreviewedFieldOut(BaseModel):
    """One mapped field: how it is read, how sure the matcher is (0 to 1), and why."""

    source: str
    attribute: str
    type: str
    kind: str
    confidence: float
    tier: str
    reasons: list[str]

    @classmethod
    def of(cls, one: ProposedField) -> "PreviewedFieldOut":
        """Show one."""
        return cls(
            source=one.field.source,
            attribute=one.field.attribute,
            type=one.field.type,
            kind=one.field.transform.kind,
            confidence=one.confidence,
            tier=one.tier,
            reasons=list(one.reasons),
        )


class MisfitOut(BaseModel):
    """A sampled row that does not fit."""

    row: int
    column: str
    value: str
    reason: str
    record: str

    @classmethod
    def of(cls, misfit: Misfit) -> "MisfitOut":
        """Show one."""
        return cls(row=misfit.row, column=misfit.column, value=misfit.value, reason=misfit.reason, record=misfit.record)


class StreamPreviewOut(BaseModel):
    """A stream's sample under its mapping: rows in canonical form, and misfits. Without rows `error` says why."""

    stream: str
    state: str
    entity: str
    entity_confidence: float
    tier: str
    proposal_id: str
    proposal_state: str
    reasons: list[str]
    key_columns: list[str]
    fields: list[PreviewedFieldOut]
    extras: list[str]
    rows: list[dict[str, Any]]
    misfits: list[MisfitOut]
    error: str

    @classmethod
    def of(cls, one: StreamPreview) -> "StreamPreviewOut":
        """Show one."""
        told = one.proposal
        return cls(
            stream=one.stream.name,
            state=one.stream.state.value,
            entity=told.entity if told else "",
            entity_confidence=told.confidence if told else 0.0,
            tier=told.tier if told else "",
            proposal_id=told.id if told else "",
            proposal_state=told.state if told else "",
            reasons=list(told.reasons) if told else [],
            key_columns=list(told.key_columns) if told else [],
            fields=[PreviewedFieldOut.of(field) for field in told.fields] if told else [],
            extras=list(told.extras) if told else [],
            rows=list(one.projection.rows),
            misfits=[MisfitOut.of(misfit) for misfit in one.projection.misfits],
            error=one.error,
        )


class PreviewOut(BaseModel):
    """A page of previews, by stream name."""

    connection: ConnectionOut
    streams: list[StreamPreviewOut]
    next_page_token: str


class FunnelOut(BaseModel):
    """How many connections are in each stage; `coverage` is active of eligible, null when none is eligible."""

    eligible: int
    reachable: int
    active: int
    awaiting_credentials: int
    network_blocked: int
    unsupported_type: int
    healing: int
    error: int
    pending: int
    coverage: float | None
    objective: float = COVERAGE_OBJECTIVE
    met: bool

    @classmethod
    def of(cls, found: Funnel) -> "FunnelOut":
        """Show the funnel."""
        counts = {stage.value: count for stage, count in found.counts.items()}
        return cls(**counts, coverage=found.coverage, met=found.met)
