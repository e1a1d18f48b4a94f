"""Bodies of DCL's REST API, made from the same types as its protobuf messages."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dcl.domain.mapping import FieldMapping, Mapping, Proposal
from dcl.domain.ontology import Entity
from dcl.domain.view import Aggregation, Filter, GroupBy, Measure, OrderBy
from dcl.ports import Row
from dcl.usecases.list_views import View


class FilterBody(BaseModel):
    """A condition; values are text and read with the column's type."""

    column: str = Field(examples=["stage"])
    op: str = Field(examples=["eq"], description="eq ne lt le gt ge in contains is_null not_null")
    values: list[str] = Field(default=[], max_length=1000, examples=[["won"]])
    json_key: str = Field(default="", max_length=200, description="For a json column: the key inside it.")

    def domain(self) -> Filter:
        """Read it."""
        return Filter(self.column, self.op, tuple(self.values), self.json_key)


class OrderBody(BaseModel):
    """A sort key."""

    column: str
    descending: bool = False

    def domain(self) -> OrderBy:
        """Read it."""
        return OrderBy(self.column, self.descending)


class QueryBody(BaseModel):
    """What to read of a view; empty `columns` means all."""

    model_config = ConfigDict(extra="forbid")

    columns: list[str] = Field(default=[], max_length=500)
    filters: list[FilterBody] = Field(default=[], max_length=50)
    order_by: list[OrderBody] = Field(default=[], max_length=10)
    page_size: int = Field(default=50, ge=1, le=1000)
    page_token: str = Field(default="", max_length=500)
    snapshot: int = Field(default=0, ge=0, lt=2**62, description="As the view was then; 0 means now.")


class MeasureBody(BaseModel):
    """A figure over each group."""

    op: str = Field(description="count count_distinct sum avg min max")
    column: str = ""
    name: str


class GroupBody(BaseModel):
    """A grouping column."""

    column: str
    json_key: str = Field(default="", max_length=200, description="For a json column: the key inside it.")
    grain: str = Field(default="", description="For dates: day, week, month, quarter or year.")
    name: str = ""


class AggregateBody(BaseModel):
    """A question for figures."""

    model_config = ConfigDict(extra="forbid")

    group_by: list[GroupBody] = Field(default=[], max_length=10)
    measures: list[MeasureBody] = Field(min_length=1, max_length=20)
    filters: list[FilterBody] = Field(default=[], max_length=50)
    order_by: list[OrderBody] = Field(default=[], max_length=10)
    limit: int = Field(default=100, ge=1, le=10_000)
    snapshot: int = Field(default=0, ge=0, lt=2**62, description="As the view was then; 0 means now.")

    def domain(self) -> Aggregation:
        """Read it."""
        return Aggregation(
            groups=tuple(GroupBy(g.column, g.json_key, g.grain, g.name) for g in self.group_by),
            measures=tuple(Measure(m.op, m.column, m.name) for m in self.measures),
            filters=tuple(item.domain() for item in self.filters),
            order_by=tuple(item.domain() for item in self.order_by),
            limit=self.limit,
        )


class ApproveBody(BaseModel):
    """How to approve a proposal."""

    without_attributes: list[str] = Field(default=[], max_length=500)


class FieldOut(BaseModel):
    """One column mapped to one attribute."""

    source: str
    attribute: str
    type: str
    transform: dict[str, Any]
    confidence: float
    tier: str
    reasons: list[str]

    @classmethod
    def of(cls, item: FieldMapping) -> "FieldOut":
        """Show it."""
        return cls(
            source=item.source,
            attribute=item.attribute,
            type=item.type,
            transform=item.transform.as_dict(),
            confidence=item.confidence,
            tier=item.tier,
            reasons=list(item.reasons),
        )


class ProposalOut(BaseModel):
    """A mapping somebody may approve."""

    id: str
    connection_id: str
    connection_name: str
    stream: str
    entity: str
    state: str
    tier: str
    entity_confidence: float
    reasons: list[str]
    key_columns: list[str]
    fields: list[FieldOut]
    extras: list[str]
    create_time: datetime
    decided_by: str

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalOut":
        """Show it."""
        return cls(
            id=str(proposal.id),
            connection_id=proposal.connection_id,
            connection_name=proposal.connection_name,
            stream=proposal.stream,
            entity=proposal.entity,
            state=proposal.state,
            tier=proposal.tier,
            entity_confidence=proposal.entity_confidence,
            reasons=list(proposal.reasons),
            key_columns=list(proposal.key_columns),
            fields=[FieldOut.of(item) for item in proposal.fields],
            extras=list(proposal.extras),
            create_time=proposal.created_at,
            decided_by=proposal.decided_by,
        )


class ProposalPage(BaseModel):
    """A page of proposals."""

    proposals: list[ProposalOut]
    next_page_token: str


class MappingOut(BaseModel):
    """A mapping version in force."""

    connection_id: str
    stream: str
    version: int
    entity: str
    key_columns: list[str]
    fields: list[FieldOut]
    approved_by: str

    @classmethod
    def of(cls, mapping: Mapping) -> "MappingOut":
        """Show it."""
        return cls(
            connection_id=mapping.connection_id,
            stream=mapping.stream,
            version=mapping.version,
            entity=mapping.entity,
            key_columns=list(mapping.key_columns),
            fields=[FieldOut.of(item) for item in mapping.fields],
            approved_by=mapping.approved_by,
        )


class ColumnOut(BaseModel):
    """A column of a view."""

    name: str
    type: str
    description: str


class ViewOut(BaseModel):
    """A view with its rows, and the source records behind them."""

    name: str
    rows: int
    records: int
    columns: list[ColumnOut]

    @classmethod
    def of(cls, view: View) -> "ViewOut":
        """Show it."""
        columns = [ColumnOut(name=c.name, type=c.type.value, description=c.description) for c in view.columns]
        return cls(name=view.name, rows=view.rows, records=view.records, columns=columns)


class RowPage(BaseModel):
    """A page of rows; decimals, dates and large integers are text so that nothing is lost."""

    rows: list[Row]
    next_page_token: str


class GroupsOut(BaseModel):
    """One row a group."""

    rows: list[Row]
    truncated: bool


class HashOut(BaseModel):
    """A view's content hash."""

    hash: str
    rows: int


class AttributeOut(BaseModel):
    """An attribute of an entity."""

    name: str
    type: str
    description: str
    standard: str
    synonyms: list[str]
    unit: str | None
    required: bool
    references: str | None
    values: list[str]


class EntityOut(BaseModel):
    """A business entity."""

    name: str
    title: str
    description: str
    standard: str
    match_on: list[str]
    attributes: list[AttributeOut]

    @classmethod
    def of(cls, entity: Entity) -> "EntityOut":
        """Show it."""
        return cls(
            name=entity.name,
            title=entity.title,
            description=entity.description,
            standard=entity.standard,
            match_on=list(entity.match_on),
            attributes=[
                AttributeOut(
                    name=a.name,
                    type=a.type.value,
                    description=a.description,
                    standard=a.standard,
                    synonyms=list(a.synonyms),
                    unit=a.unit,
                    required=a.required,
                    references=a.references,
                    values=list(a.values),
                )
                for a in entity.attributes
            ],
        )
