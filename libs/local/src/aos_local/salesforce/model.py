"""Objects of the emulated organisation, as `describe` tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SOAP = {
    "boolean": "xsd:boolean", "int": "xsd:int", "long": "xsd:long", "double": "xsd:double", "currency": "xsd:double",
    "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime", "time": "xsd:time", "id": "tns:ID",
    "reference": "tns:ID", "base64": "xsd:base64Binary", "address": "urn:address", "location": "urn:location",
}  # fmt: skip
NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
COMPOUND = frozenset({"address", "location"})
NO_BULK = COMPOUND | {"base64"}


@dataclass(frozen=True)
class Field:
    """One field. `parts` name the fields that a compound one is made of, by the part's name."""

    name: str
    type: str = "string"
    label: str = ""
    length: int = 255
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    writable: bool = True
    calculated: bool = False
    unique: bool = False
    help: str = ""
    reference_to: tuple[str, ...] = ()
    picklist: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """The field as in a describe answer."""
        number, textual = self.type in NUMBERS, self.type not in NUMBERS and self.type not in COMPOUND
        return {
            "name": self.name,
            "label": self.label or self.name,
            "type": self.type,
            "soapType": SOAP.get(self.type, "xsd:string"),
            "length": self.length if textual and self.type not in ("boolean", "date", "datetime") else 0,
            "precision": self.precision if number else 0,
            "scale": self.scale if number else 0,
            "nillable": self.nillable,
            "createable": self.writable,
            "updateable": self.writable,
            "calculated": self.calculated,
            "custom": self.name.endswith("__c"),
            "unique": self.unique,
            "externalId": self.unique and self.name != "Id",
            "idLookup": self.unique or self.name == "Id",
            "nameField": self.name == "Name",
            "filterable": self.type not in COMPOUND and self.type != "base64",
            "sortable": self.type not in COMPOUND and self.type not in ("base64", "multipicklist"),
            "inlineHelpText": self.help or None,
            "referenceTo": list(self.reference_to),
            "relationshipName": self.name.removesuffix("Id") if self.reference_to else None,
            "compoundFieldName": None,
            "defaultedOnCreate": not self.writable or self.type == "boolean",
            "picklistValues": [
                {"active": True, "defaultValue": False, "label": one, "validFor": None, "value": one}
                for one in self.picklist
            ],
        }


SYSTEM = (
    Field("Id", "id", "Record ID", 18, nillable=False, writable=False),
    Field("IsDeleted", "boolean", "Deleted", nillable=False, writable=False),
    Field("CreatedDate", "datetime", "Created Date", nillable=False, writable=False),
    Field("CreatedById", "reference", "Created By ID", 18, nillable=False, writable=False, reference_to=("User",)),
    Field("LastModifiedDate", "datetime", "Last Modified Date", nillable=False, writable=False),
    Field("LastModifiedById", "reference", "Last Modified By ID", 18, nillable=False, writable=False,
          reference_to=("User",)),
    Field("SystemModstamp", "datetime", "System Modstamp", nillable=False, writable=False),
)  # fmt: skip


@dataclass(frozen=True)
class SObject:
    """One object; fields by lower-case name. `bulk`: whether the Bulk API may query it."""

    name: str
    label: str
    prefix: str
    fields: Mapping[str, Field]
    queryable: bool = True
    bulk: bool = True

    @classmethod
    def of(cls, body: Mapping[str, Any], prefix: str) -> "SObject":
        """Read an object of a data file; the system fields come first unless `"system_fields": false`."""
        own = [Field(**{**one, **_tuples(one)}) for one in body.get("fields", ())]
        system = SYSTEM if body.get("system_fields", True) else SYSTEM[:1]
        fields = {one.name.lower(): one for one in (*system, *own)}
        flags = {name: bool(body[name]) for name in ("queryable", "bulk") if name in body}
        return cls(body["name"], body.get("label", body["name"]), body.get("prefix", prefix), fields, **flags)

    def find(self, name: str) -> Field | None:
        """The field of this name, whatever its case."""
        return self.fields.get(name.lower())

    def summary(self, base: str) -> dict[str, Any]:
        """The object as the list of objects tells of it."""
        url = f"{base}/sobjects/{self.name}"
        writable = any(one.writable for one in self.fields.values())
        return {
            "name": self.name,
            "label": self.label,
            "labelPlural": f"{self.label}s",
            "keyPrefix": self.prefix,
            "custom": self.name.endswith("__c"),
            "customSetting": False,
            "queryable": self.queryable,
            "retrieveable": self.queryable,
            "createable": writable,
            "updateable": writable,
            "deletable": writable,
            "undeletable": writable,
            "replicateable": "systemmodstamp" in self.fields,
            "searchable": self.queryable,
            "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
        }

    def described(self, base: str) -> dict[str, Any]:
        """The describe answer."""
        parts = {part: one.name for one in self.fields.values() for part in one.parts.values()}
        fields = [one.described() | {"compoundFieldName": parts.get(one.name)} for one in self.fields.values()]
        return {**self.summary(base), "fields": fields, "childRelationships": [], "recordTypeInfos": []}


def _tuples(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(body[name]) for name in ("reference_to", "picklist") if name in body}
