"""A stream as AAM saw it: what a mapping is proposed from."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from aos_common.ids import derived_id


@dataclass(frozen=True)
class SampledColumn:
    """A column with a sample of its values in row order; a null is an empty text."""

    name: str
    type: str
    description: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class SampledStream:
    """A stream with its columns."""

    connection_id: str
    connection_name: str
    stream: str
    columns: tuple[SampledColumn, ...]
    primary_key: tuple[str, ...]

    def proposal_id(self, tenant_id: UUID) -> UUID:
        """Return an id that is equal for the same stream with the same columns, so that asking twice is harmless."""
        shape = "\x1f".join(f"{column.name}\x1e{column.type}" for column in self.columns)
        digest = hashlib.sha256(shape.encode()).hexdigest()
        return derived_id("proposal", tenant_id, self.connection_id, self.stream, digest)
