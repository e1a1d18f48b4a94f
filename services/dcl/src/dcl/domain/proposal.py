"""Proposes how a data set becomes a business entity: which entity, which attribute for which column, how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dcl.domain.confidence import AUTO_APPLY, QUEUE, Tier, field_confidence, pair_confidence, tier_of
from dcl.domain.matching.data_set_names import name_similarity
from dcl.domain.matching.matcher import match_tables
from dcl.domain.matching.model import Column, Embed, Match, Matching, Table
from dcl.domain.matching.profile import is_null
from dcl.domain.ontology import Entity, Ontology
from dcl.domain.proposed import FieldProposal, Proposal
from dcl.domain.reading.values import read_values

_COVERAGE_SHARE, _NAME_SHARE, _REQUIRED_SHARE = 0.6, 0.25, 0.15
_CLEAR_SCORE = 0.5
_CLEAR_MARGIN = 0.15
_REASONS = 3


@dataclass(frozen=True, slots=True)
class DataSet:
    """A source's data set: its name, sampled columns, and its declared primary key if it has one."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()


def propose(data_set: DataSet, ontology: Ontology, embed: Embed, words: Sequence[str] = ()) -> Proposal:
    """The best proposal for a data set with at least one column; see `match_tables` for `embed` and `words`."""
    table = Table(data_set.name, data_set.columns)
    candidates = []
    for entity in ontology.entities:
        fields = _fields(match_tables(table, entity_table(entity), embed, words), entity)
        candidates.append((_suits(data_set, entity, fields, embed), entity, fields))
    candidates.sort(key=lambda candidate: -candidate[0])
    score, entity, fields = candidates[0]
    tier, reasons = _judge(candidates)
    return Proposal(
        data_set=data_set.name,
        entity=entity.name,
        score=score,
        fields=fields,
        key=_key(data_set, entity, fields),
        tier=tier,
        reasons=reasons,
        alternatives=tuple((other.name, score) for score, other, _ in candidates[1:]),
    )


def entity_table(entity: Entity) -> Table:
    """An entity as a table to match against: names, types and documentation, no values."""
    return Table(
        entity.name,
        tuple(
            Column(name=item.name, type=item.type.value, description=item.description, synonyms=item.synonyms)
            for item in entity.attributes
        ),
    )


def _fields(matching: Matching, entity: Entity) -> tuple[FieldProposal, ...]:
    return tuple(_field(matching, position, entity) for position in range(len(matching.source.columns)))


def _field(matching: Matching, position: int, entity: Entity) -> FieldProposal:
    column = matching.source.columns[position]
    target = matching.assignment.get(position)
    if target is None:
        return FieldProposal(
            column.name, None, None, 0.0, 0.0, Tier.REJECT, ("every attribute suits another column better",), None
        )
    attribute = entity.attributes[target]
    evidence = float(matching.evidence[position, target])
    reading = read_values(attribute, column.values)
    confidence = field_confidence(
        pair_confidence(evidence, _rival(matching, position, target)), reading.fit, reading.certain
    )
    tier = tier_of(confidence)
    reasons = [*_spoken(matching.match(position, target)), *reading.notes]
    if reading.fit < 1:
        reasons.append(f"{reading.fit:.1%} of the samples can be read as {attribute.type.value}")
    if tier is Tier.REJECT:
        reasons.insert(0, f"nearest attribute: {attribute.name}")
        return FieldProposal(column.name, None, None, evidence, confidence, tier, tuple(reasons), None)
    return FieldProposal(
        column.name, attribute.name, attribute.type, evidence, confidence, tier, tuple(reasons), reading.transform
    )


def _rival(matching: Matching, source: int, target: int) -> float:
    row, column = np.delete(matching.evidence[source], target), np.delete(matching.evidence[:, target], source)
    return float(max(row.max(initial=0.0), column.max(initial=0.0)))


def _spoken(match: Match) -> list[str]:
    return [f"{reason.signal} {reason.score:.2f}" for reason in match.reasons[:_REASONS] if reason.score > 0]


def _suits(data_set: DataSet, entity: Entity, fields: Sequence[FieldProposal], embed: Embed) -> float:
    """How well an entity suits: share of columns surely mapped, the data set's name, required attributes found."""
    coverage = sum(field.confidence for field in fields if field.attribute) / len(fields)
    missing = _missing(entity, fields, QUEUE)
    name = name_similarity(data_set.name, (entity.name, *entity.synonyms), embed)
    return _COVERAGE_SHARE * coverage + _NAME_SHARE * name + _REQUIRED_SHARE * (not missing)


def _missing(entity: Entity, fields: Sequence[FieldProposal], least: float) -> list[str]:
    """Required attributes, and a key where the entity has keys, not mapped with at least this confidence."""
    mapped = {field.attribute for field in fields if field.attribute and field.confidence >= least}
    missing = [item.name for item in entity.attributes if item.required and item.name not in mapped]
    if entity.keys and not any(set(key) <= mapped for key in entity.keys):
        missing.append("a key: " + " or ".join("+".join(key) for key in entity.keys))
    return missing


def _judge(candidates: Sequence[tuple[float, Entity, tuple[FieldProposal, ...]]]) -> tuple[Tier, tuple[str, ...]]:
    score, entity, fields = candidates[0]
    second = candidates[1] if len(candidates) > 1 else (0.0, entity, fields)
    reasons = [f"{entity.name} suits with {score:.2f}, next is {second[1].name} with {second[0]:.2f}"]
    if not any(field.attribute for field in fields):
        return Tier.REJECT, (*reasons, "no column could be mapped")
    clear = score >= _CLEAR_SCORE and score - second[0] >= _CLEAR_MARGIN
    if not clear:
        reasons.append("the choice of the entity is not clear")
    missing = _missing(entity, fields, AUTO_APPLY)
    if missing:
        reasons.append(f"not surely mapped: {', '.join(missing)}")
    return (Tier.AUTO if clear and not missing else Tier.QUEUE), tuple(reasons)


def _key(data_set: DataSet, entity: Entity, fields: Sequence[FieldProposal]) -> tuple[str, ...]:
    """The declared primary key, else the entity's first key that is mapped and unique in the samples."""
    if data_set.primary_key:
        return data_set.primary_key
    source = {field.attribute: field.source for field in fields if field.attribute}
    values = {column.name: column.values for column in data_set.columns}
    keys = (tuple(source[name] for name in key) for key in entity.keys if set(key) <= set(source))
    return next((key for key in keys if _identifies([values[name] for name in key])), ())


def _identifies(columns: Sequence[Sequence[str | None]]) -> bool:
    rows = list(zip(*columns, strict=True))
    return len(set(rows)) == len(rows) and not any(is_null(value) for row in rows for value in row)
