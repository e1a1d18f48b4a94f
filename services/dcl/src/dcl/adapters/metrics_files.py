"""Reads the metrics from their reviewed YAML files, one view a file, part of the package."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from dcl.domain.metrics.model import (
    ADDITIVE,
    NONE,
    RATIO,
    Dimension,
    Metric,
    Metrics,
    MetricsInvalid,
    Part,
    build_metrics,
)
from dcl.domain.ontology import Ontology
from dcl.domain.view import Filter

_FILE = {"view", "connect", "time", "unit", "unit_column", "dimensions", "metrics"}
_METRIC = {"name", "title", "description", "synonyms", "measure", "over", "combine", "filters", "unit", "unit_column"}
_METRIC |= {"time", "additivity", "personas", "currency"}
_PART = {"op", "column", "since", "filters"}
_DIMENSION = {"name", "title", "column", "json_key", "synonyms"}


def load_metrics(ontology: Ontology, folder: Traversable | None = None) -> Metrics:
    """The metrics of a folder of `*.yaml` files, by default those shipped; raises `MetricsInvalid`."""
    root = folder or files("dcl") / "metrics"
    found = sorted((file for file in root.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return build_metrics((metric for file in found for metric in _read(file)), ontology)


def _read(file: Traversable) -> list[Metric]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise MetricsInvalid(f"{file.name}: not valid YAML: {error}", hint="correct the file") from error
    _check_keys(file.name, content, _FILE, {"view", "connect", "dimensions", "metrics"})
    dimensions = tuple(_dimension(file.name, item) for item in content["dimensions"])
    return [_metric(file.name, content, item, dimensions) for item in content["metrics"]]


def _dimension(file: str, item: Mapping[str, Any]) -> Dimension:
    _check_keys(file, item, _DIMENSION, {"name", "title", "column"})
    synonyms = tuple(item.get("synonyms", ()))
    return Dimension(item["name"], item["title"], item["column"], item.get("json_key", ""), synonyms)


def _metric(file: str, shared: Mapping[str, Any], item: Mapping[str, Any], dimensions: tuple[Dimension, ...]) -> Metric:
    _check_keys(file, item, _METRIC, {"name", "title", "description", "measure", "personas"})
    part, other, combine = _parts(file, item)
    plain = not combine and part.op in ("count", "sum")
    fixed = item.get("unit", "" if "unit_column" in item else shared.get("unit", ""))
    return Metric(
        name=item["name"],
        title=item["title"],
        description=item["description"],
        synonyms=tuple(item.get("synonyms", ())),
        view=shared["view"],
        part=part,
        other=other,
        combine=combine,
        filters=_filters(item),
        unit=fixed,
        unit_column="" if fixed else item.get("unit_column", shared.get("unit_column", "")),
        currency=item.get("currency", ""),
        time=item.get("time", shared.get("time", "")) or "",
        additivity=item.get("additivity", ADDITIVE if plain else NONE),
        personas=tuple(item["personas"]),
        connect=shared["connect"],
        dimensions=dimensions,
    )


def _parts(file: str, item: Mapping[str, Any]) -> tuple[Part, Part | None, str]:
    part = _part(file, item["measure"])
    if "over" in item:
        return part, _part(file, item["over"]), item.get("combine", RATIO)
    if part.op == "avg":
        # Exact, which a database's mean of decimals is not.
        counted = Part("count", "" if part.since else part.column, "", part.filters)
        return Part("sum", part.column, part.since, part.filters), counted, RATIO
    return part, None, item.get("combine", "")


def _part(file: str, item: Mapping[str, Any]) -> Part:
    _check_keys(file, item, _PART, {"op"})
    return Part(item["op"], item.get("column", ""), item.get("since", ""), _filters(item))


def _filters(item: Mapping[str, Any]) -> tuple[Filter, ...]:
    """Read conditions, each `column op value, value …` as a list: [stage, in, won, lost]."""
    return tuple(
        Filter(str(column), str(op), tuple(map(str, values))) for column, op, *values in item.get("filters", ())
    )


def _check_keys(file: str, item: object, known: set[str], required: set[str]) -> None:
    if not isinstance(item, Mapping):
        raise MetricsInvalid(f"{file}: expected a mapping, found {type(item).__name__}", hint="correct the file")
    unknown, missing = set(item) - known, required - set(item)
    if unknown or missing:
        raise MetricsInvalid(
            f"{file}: {item.get('name', '?')}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}",
            hint=f"an entry knows these keys: {', '.join(sorted(known))}",
        )
