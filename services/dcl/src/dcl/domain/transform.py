"""How a source value is read into an attribute; the declarative form that mappings carry and AAM compiles."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Transform:
    """Which options count depends on `kind`: text, decimal, integer, boolean, date, timestamp, enum or json.

    `format` is a strptime format, empty for ISO 8601; `timezone` is the zone of timestamps that name none; `values`
    maps source texts to enum values; `currency` is a sign or code to drop from numbers.
    """

    kind: str = "text"
    format: str = ""
    timezone: str = ""
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    thousands: str = ""
    decimal_separator: str = ""
    currency: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The kind and the options that are set, as JSON holds them."""
        options = {name: value for name, value in asdict(self).items() if value}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}
