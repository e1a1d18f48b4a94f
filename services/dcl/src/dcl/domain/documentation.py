"""Recognises tables that follow a published standard and attaches that standard's documentation to their columns."""

from dataclasses import replace

from dcl.domain.matching.model import Column, Table
from dcl.domain.ontology import Attribute, Entity, Ontology

_MIN_COLUMNS = 8
_MIN_SHARE = 0.6


def document_table(table: Table, ontology: Ontology) -> Table:
    """The table with descriptions and synonyms of the entity whose attribute names it uses; else the table itself.

    An entity is recognised when at least _MIN_COLUMNS columns, and _MIN_SHARE of them all, carry its attributes' names
    letter by letter: a table in FOCUS form is, a CRM export that happens to have a `revenue` is not. What a column
    already documents stays.
    """
    entity = _followed(table, ontology)
    if entity is None:
        return table
    return Table(table.name, tuple(_documented(column, entity.attribute(column.name)) for column in table.columns))


def _followed(table: Table, ontology: Ontology) -> Entity | None:
    names = {column.name for column in table.columns}
    shared = {entity.name: len(names & {item.name for item in entity.attributes}) for entity in ontology.entities}
    best = max(ontology.entities, key=lambda entity: shared[entity.name])
    enough = shared[best.name] >= max(_MIN_COLUMNS, _MIN_SHARE * len(names))
    return best if enough else None


def _documented(column: Column, attribute: Attribute | None) -> Column:
    if attribute is None:
        return column
    return replace(
        column,
        description=column.description or attribute.description,
        synonyms=column.synonyms or attribute.synonyms,
    )
