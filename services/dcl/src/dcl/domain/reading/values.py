"""Finds, from sample values, how a column is read into an attribute of the ontology."""

import json
import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from dcl.domain.matching.profile import is_null
from dcl.domain.ontology import Attribute, AttributeType
from dcl.domain.reading.model import Reading
from dcl.domain.reading.numbers import read_numbers
from dcl.domain.reading.times import read_times
from dcl.domain.transform import Transform

_TRUE = frozenset({"true", "t", "yes", "y", "1", "on", "active", "enabled", "oui", "ja", "si", "是"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off", "inactive", "disabled", "non", "nein", "否"})
_SPELT_ALIKE = 88.0
_UNKNOWN_SHOWN = 5


def read_values(attribute: Attribute, values: Sequence[str | None]) -> Reading:
    """The reading of a column's sampled values as this attribute; nulls, also as text, are left out."""
    samples = [value for value in values if value is not None and not is_null(value)]
    match attribute.type:
        case AttributeType.DECIMAL | AttributeType.INTEGER:
            return read_numbers(attribute.type.value, samples)
        case AttributeType.DATE | AttributeType.TIMESTAMP:
            return read_times(attribute.type.value, samples)
        case AttributeType.BOOLEAN:
            return _read_booleans(samples)
        case AttributeType.ENUM:
            return _read_enum(attribute, samples)
        case AttributeType.JSON:
            return Reading(Transform("json"), _share([_is_json(value) for value in samples]))
        case _:
            return Reading(Transform("text"))


def _share(fitting: Sequence[bool]) -> float:
    return sum(fitting) / len(fitting) if fitting else 1.0


def _read_booleans(samples: Sequence[str]) -> Reading:
    found = sorted({value.strip() for value in samples})
    true = tuple(value for value in found if value.casefold() in _TRUE)
    false = tuple(value for value in found if value.casefold() in _FALSE)
    fit = _share([value.strip() in {*true, *false} for value in samples])
    # A sample may hold one of the two alone.
    true, false = (tuple(dict.fromkeys((*seen, *sorted(known)))) for seen, known in ((true, _TRUE), (false, _FALSE)))
    return Reading(Transform("boolean", true_values=true, false_values=false), fit)


def _read_enum(attribute: Attribute, samples: Sequence[str]) -> Reading:
    meaning = {_bare(text): value for value, spellings in attribute.values.items() for text in (value, *spellings)}
    found = sorted({value.strip() for value in samples})
    mapped = {text: value for text in found if (value := _nearest(_bare(text), meaning))}
    unknown = [text for text in found if text not in mapped]
    notes = [f"no {attribute.name} is known for: {', '.join(unknown[:_UNKNOWN_SHOWN])}"] if unknown else []
    fit = _share([value.strip() in mapped for value in samples])
    # A sample rarely holds every value: what sources are known to call the others is accepted too.
    known = {text: value for value, spellings in attribute.values.items() for text in (value, *spellings)}
    return Reading(Transform("enum", values=known | mapped), fit, notes=tuple(notes))


def _bare(text: str) -> str:
    return re.sub(r"[^\w]+|_+", " ", text.casefold()).strip()


def _nearest(text: str, meaning: dict[str, str]) -> str | None:
    if text in meaning:
        return meaning[text]
    found = process.extractOne(text, list(meaning), scorer=fuzz.ratio, score_cutoff=_SPELT_ALIKE)
    return meaning[found[0]] if found else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
