"""Objects and their fields as streams and columns.

Types after "Field Types" of the Object Reference. Numbers travel as IEEE doubles, whatever scale a field declares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from aam.domain.schema import TEXT, Column, StreamSchema

TYPES: dict[str, pa.DataType] = {
    "int": pa.int64(),
    "long": pa.int64(),
    "double": pa.float64(),
    "currency": pa.float64(),
    "percent": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}
LEFT_OUT = frozenset({"address", "location", "base64", "complexvalue"})
"""Compound fields, whose parts are fields themselves, and contents, which no query gives."""
CURSORS = ("SystemModstamp", "LastModifiedDate", "CreatedDate", "LoginTime")
KEY, DELETED = "Id", "IsDeleted"
NO_STREAMS = frozenset(
    {
        # These answer only queries that name a record or a parent.
        "ContentFolderItem", "ContentFolderMember", "ContentDocumentLink", "CollaborationGroupRecord",
        "ColorDefinition",
        "DataStatistics", "DatacloudDandBCompany", "EntityParticle", "FieldDefinition", "FlexQueueItem",
        "FlowVariableView", "FlowVersionView", "IconDefinition", "IdeaComment", "ListViewChartInstance",
        "NetworkUserHistoryRecent", "OwnerChangeOptionInfo", "PicklistValueInfo", "PlatformAction",
        "RelationshipDomain",
        "RelationshipInfo", "SearchLayout", "SiteDetail", "UserEntityAccess", "UserFieldAccess", "UserRecordAccess",
        "Vote", "ActivityMetric", "ActivityMetricRollup", "DataType", "AppTabMember", "FieldHistoryArchive",
    }
)  # fmt: skip


@dataclass(frozen=True)
class SObject:
    """One object: what to select, and the shape of its stream. `cursor` is empty where it has none of `CURSORS`."""

    name: str
    label: str
    fields: Mapping[str, pa.DataType]
    comments: Mapping[str, str]
    required: frozenset[str]
    cursors: tuple[str, ...]
    has_deleted: bool

    @property
    def cursor(self) -> str:
        """The field by which changes are found."""
        return self.cursors[0] if self.cursors and KEY in self.fields else ""

    @property
    def selected(self) -> list[str]:
        """The fields of a query: those of the stream, and the mark of deleted records."""
        return [*self.fields, *([DELETED] if self.has_deleted else [])]

    @property
    def arrow(self) -> pa.Schema:
        """The schema of the stream's batches."""
        return pa.schema(
            [pa.field(name, type_, nullable=name not in self.required) for name, type_ in self.fields.items()]
        )

    def stream_schema(self) -> StreamSchema:
        """Columns in the order of the describe answer."""
        columns = tuple(
            Column(
                name,
                TEXT if pa.types.is_string(type_) else str(type_),
                name not in self.required,
                self.comments.get(name, ""),
            )
            for name, type_ in self.fields.items()
        )
        return StreamSchema(columns, (KEY,) if KEY in self.fields else (), self.cursor)


def is_stream(listed: Mapping[str, Any]) -> bool:
    """Whether an object of the list can be read as a whole."""
    name = str(listed.get("name", ""))
    return bool(listed.get("queryable")) and name not in NO_STREAMS and not name.endswith("ChangeEvent")


def sobject_of(described: Mapping[str, Any], excluded: frozenset[str]) -> SObject:
    """An object from its describe answer; the key and the fields that reading needs are never left out."""
    needed = {KEY, *CURSORS}
    all_fields = {str(field["name"]): field for field in described["fields"]}
    kept = {
        name: field
        for name, field in all_fields.items()
        if field["type"] not in LEFT_OUT and name != DELETED and (name not in excluded or name in needed)
    }
    # A field that was made mandatory later has records without a value, so only what the system fills is required.
    filled = {name for name, field in kept.items() if field["type"] == "boolean" or name in needed}
    return SObject(
        name=str(described["name"]),
        label=str(described.get("label", "")),
        fields={name: TYPES.get(str(field["type"]), pa.string()) for name, field in kept.items()},
        comments={name: _comment(name, field) for name, field in kept.items()},
        required=frozenset(name for name in filled if not kept[name].get("nillable", True)),
        cursors=tuple(name for name in CURSORS if name in kept and not kept[name].get("nillable", True)),
        has_deleted=DELETED in all_fields,
    )


def _comment(name: str, field: Mapping[str, Any]) -> str:
    parts = [str(field.get("label") or ""), str(field.get("inlineHelpText") or "")]
    if field.get("referenceTo"):
        parts.append(f"Refers to {', '.join(field['referenceTo'])}")
    return ". ".join(part.rstrip(".") for part in parts if part and part != name)
