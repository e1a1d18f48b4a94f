"""Names of what a run writes: stable, so that a repeated run writes the same objects and announces the same batches."""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID, uuid5

NAMESPACE = UUID("6d1f2f0e-7c35-5f0e-9a5b-4f1f6d4f8a10")
MAX_SEGMENT = 120
LANDING, CANONICAL = "landing", "canonical"


@dataclass(frozen=True)
class BatchName:
    """Where one batch of one run lies, and the id under which it is announced."""

    connection_id: UUID
    stream: str
    run_id: UUID
    attempt: str
    index: int
    rewritten: str = ""
    """The attempt that took records out of it at the end of its reading; what it was made from stays as it was."""

    @property
    def batch_id(self) -> UUID:
        """The same for the same batch of the same run."""
        return uuid5(NAMESPACE, f"{self.run_id}/{self.stream}/{self.index}")

    @property
    def folder(self) -> str:
        """The part of both keys that all batches of the attempt share."""
        return f"{self.connection_id}/{safe(self.stream)}/{self.run_id}-{self.attempt}"

    @property
    def landing_key(self) -> str:
        """Tenant-relative key of the batch as the source gave it."""
        return f"{LANDING}/{self.folder}/{self.index:06d}.parquet"

    @property
    def deleted_key(self) -> str:
        """Tenant-relative key of the keys that the source said are gone."""
        return deleted_key(self.landing_key)

    @property
    def misfits_key(self) -> str:
        """Tenant-relative key of the batch's misfits while its stream is not settled."""
        return f"{LANDING}/{self.folder}/{self.index:06d}.misfits.json"

    @property
    def canonical_key(self) -> str:
        """Tenant-relative key of the batch in canonical form."""
        ending = f"-{self.rewritten}" if self.rewritten else ""
        return f"{CANONICAL}/{self.folder}/{self.index:06d}{ending}.parquet"

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that may lie in the store of it."""
        return self.landing_key, self.deleted_key, self.misfits_key, self.canonical_key


def deleted_key(landing_key: str) -> str:
    """Where the keys of gone records lie beside a landed batch."""
    return landing_key.removesuffix(".parquet") + ".deleted.parquet"


def run_of(key: str) -> str:
    """The id of the run that wrote an object below a stream's folder; empty for a sample's or a foreign key."""
    parts = key.split("/")
    return parts[3][:36] if len(parts) == 5 else ""


def safe(stream: str) -> str:
    """A stream's name as one segment of an object key, at most 120 characters; different names stay different."""
    name = quote(stream, safe="").replace(".", "%2E", 1 if stream.startswith(".") else 0)
    if len(name) <= MAX_SEGMENT:
        return name
    return f"{name[: MAX_SEGMENT - 17]}-{hashlib.sha256(stream.encode()).hexdigest()[:16]}"


def source_id(connection_id: UUID, stream: str) -> str:
    """The stable id of (connection, stream) that every canonical record carries."""
    return f"{connection_id}/{stream}"
