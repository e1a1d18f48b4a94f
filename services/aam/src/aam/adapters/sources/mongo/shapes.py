"""The columns of a collection, found from a sample and kept steady between readings.

A path of nested names is one column, joined with dots; a dot, a backslash inside a name is escaped with a backslash.
What no column takes in goes to the column `_other` as JSON text {path: value}: a field that the sample missed is never
lost. When it is in a `NOTABLE` part of a later sample it becomes a column: a change of shape, which is held.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aam.adapters.sources.mongo.kinds import Kind, common, is_unicode, kind_of, takes
from aam.domain.schema import Column, StreamSchema

KEY = "_id"
OTHER = "_other"
OTHER_COMMENT = "Fields that have no column of their own, as JSON by their path."
RESERVED = frozenset({OTHER, "_aos_row"})
MAX_COLUMNS = 500
NOTABLE = 0.02

Path = tuple[str, ...]


@dataclass
class Profile:
    """How often each path held which kind of value, in how many documents."""

    documents: int = 0
    found: dict[Path, Counter[Kind]] = field(default_factory=dict)

    def add(self, document: Mapping[str, Any], depth: int) -> None:
        """Count one document; nested ones are entered `depth` levels deep."""
        self.documents += 1
        self._enter((), document, depth)

    def _enter(self, prefix: Path, document: Mapping[str, Any], depth: int) -> None:
        for name, value in document.items():
            if value is None and (prefix or name != KEY):
                continue
            path = (*prefix, name)
            kind = Kind.MIXED if value is None else kind_of(value)
            if path not in self.found and (len(self.found) >= 40 * MAX_COLUMNS or not is_unicode(name)):
                continue  # a hostile collection: what is not counted goes to `_other`
            self.found.setdefault(path, Counter())[kind] += 1
            if kind is Kind.OBJECT and depth > 0 and path != (KEY,):
                self._enter(path, value, depth - 1)

    def columns(self, depth: int, share: float = 0.0) -> dict[Path, Kind]:
        """The kind of column each path needs, from kinds that make up at least `share` of the documents."""
        least = self.documents * share
        kinds = {
            path: frozenset(kind for kind, times in counts.items() if times >= least)
            for path, counts in self.found.items()
        }
        entered = {path for path, seen in kinds.items() if seen == {Kind.OBJECT} and len(path) <= depth} - {(KEY,)}
        leaves = [
            path
            for path, seen in kinds.items()
            if seen and path not in entered and all(path[:length] in entered for length in range(1, len(path)))
        ]
        kept = sorted(leaves, key=lambda path: (path != (KEY,), -self.found[path].total(), path))[:MAX_COLUMNS]
        return {path: common(kinds[path]) for path in sorted(kept, key=lambda path: (path != (KEY,), path))}


def declare(profile: Profile, depth: int, known: StreamSchema | None, *, keyed: bool, validator: Any) -> StreamSchema:
    """The shape to read with: that of the sample, or the known one widened by what is notable in the sample.

    `keyed`: `_id` is unique. `validator` is the collection's `$jsonSchema`, whose descriptions become comments.
    """
    if known is None:
        columns = profile.columns(depth)
    else:
        columns = {_path(column.name): Kind(column.type) for column in known.columns if column.name != OTHER}
        _widen(columns, profile, depth)
    columns.setdefault((KEY,), Kind.MIXED)
    declared = [
        Column(name_of(path), columns[path], path != (KEY,) or not keyed, _comment(validator, path))
        for path in sorted(columns, key=lambda path: (path != (KEY,), path))
    ]
    return StreamSchema((*declared, Column(OTHER, Kind.JSON, True, OTHER_COMMENT)), (KEY,) if keyed else ())


def _widen(columns: dict[Path, Kind], profile: Profile, depth: int) -> None:
    for path, kind in profile.columns(depth, NOTABLE).items():
        if path not in columns:
            if any(path[:length] in columns for length in range(1, len(path))):
                continue  # within what is one column already, as JSON or mixed
            for inner in [one for one in columns if one[: len(path)] == path]:
                del columns[inner]  # nested until now, a plain value as well from now on
            columns[path] = kind
        elif not takes(columns[path], kind):
            columns[path] = common(frozenset({columns[path], kind}))


def name_of(path: Path) -> str:
    """The column's name of a path."""
    parts = [part.replace("\\", "\\\\").replace(".", "\\.") for part in path]
    return "\\" + parts[0] if path[0] in RESERVED and len(path) == 1 else ".".join(parts)


def _path(name: str) -> Path:
    """The path of a column's name."""
    parts, escaped = [""], False
    for letter in name:
        if escaped or letter not in "\\.":
            parts[-1] += letter
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            parts.append("")
    return tuple(parts)


def tree(names: Iterable[str]) -> dict[str, Any]:
    """The column's position by path, as nested dictionaries."""
    root: dict[str, Any] = {}
    for position, name in enumerate(names):
        *outer, last = _path(name)
        level = root
        for part in outer:
            level = level.setdefault(part, {})
        level[last] = position
    return root


def _comment(validator: Any, path: Path) -> str:
    for part in path:
        properties = validator.get("properties") if isinstance(validator, Mapping) else None
        validator = properties.get(part) if isinstance(properties, Mapping) else None
    return documentation(validator)


def documentation(validator: Any) -> str:
    """What a `$jsonSchema` says of its object, in words."""
    found = (validator.get("description") or validator.get("title") or "") if isinstance(validator, Mapping) else ""
    return found if isinstance(found, str) else ""
