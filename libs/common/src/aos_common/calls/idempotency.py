"""`Idempotency-Key` on POST: the same request sent again gets the answer of the first, and happens once.

The header and its rules: draft-ietf-httpapi-idempotency-key-header. A key belongs to one subject of one tenant and
lives `RETENTION_HOURS`. While the first request runs, a second gets 409; another body under the same key gets 422.
Answers with 5xx, 401, 403 and 429 are not kept: sending the request again is what should happen then. Answers above
`MAX_KEPT` bytes are not kept either; no route that changes something gives such answers.

At rest an answer is encrypted with a key made from the Idempotency-Key, of which only a hash is stored: who reads the
table cannot read answers, e.g. an API key that is shown once.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.dialects.postgresql import insert

from aos_common.auth import Caller
from aos_common.db import Database, tenant_table
from aos_common.errors import DomainError, Kind

__all__ = ["MAX_BODY", "Answer", "Request", "Store", "idempotency_table"]

log = structlog.get_logger()

MAX_KEY = 255
MAX_BODY = 10 * 1024 * 1024
MAX_KEPT = 1024 * 1024
RETENTION_HOURS = 24
LEASE = timedelta(seconds=90)
"""Longer than the gateway lets any request run: after it, whoever ran the first request is gone."""
PRUNE_SECONDS = 3600.0
NOT_KEPT = frozenset({401, 403, 429})


class KeyInvalid(DomainError):
    """The header's value cannot be a key."""

    reason = "IDEMPOTENCY_KEY_INVALID"
    kind = Kind.INVALID


class KeyReused(DomainError):
    """The key was used before for another request."""

    reason = "IDEMPOTENCY_KEY_REUSED"
    kind = Kind.INVALID


class RequestRunning(DomainError):
    """The first request with this key has not been answered yet."""

    reason = "IDEMPOTENT_REQUEST_RUNNING"
    kind = Kind.CONFLICT


def idempotency_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the keys in use, each with its request's fingerprint and, once there is one, the sealed answer."""
    return tenant_table(
        "idempotency_keys",
        metadata,
        sa.Column("key_hash", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary),
        sa.Index("idempotency_keys_started", "started_at"),
        primary_key=("key_hash",),
    )


_keys = idempotency_table(sa.MetaData())


@dataclass(frozen=True)
class Answer:
    """A kept answer: status, headers and body."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True)
class Request:
    """A request that carries a key."""

    caller: Caller
    key: str
    method: str
    target: str
    body: bytes

    def __post_init__(self) -> None:
        if not (1 <= len(self.key) <= MAX_KEY and self.key.isascii() and self.key.isprintable()):
            raise KeyInvalid(
                f"An Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters.", hint="Use a random UUID."
            )

    @property
    def owner(self) -> bytes:
        """Whose key it is: two users never share one."""
        return f"{self.caller.tenant_id}|{self.caller.subject}".encode()

    @property
    def key_hash(self) -> bytes:
        """What is stored instead of the key."""
        return hashlib.sha256(b"idempotency-key|" + self.owner + b"|" + self.key.encode()).digest()

    @property
    def fingerprint(self) -> bytes:
        """What a repeated request must equal."""
        head = f"{self.method} {self.target}\n".encode()
        return hashlib.sha256(head + self.body).digest()

    def cipher(self) -> AESGCM:
        """The cipher that only somebody who has the key can make."""
        derived = HKDF(SHA256(), 32, salt=self.owner, info=b"idempotent answer").derive(self.key.encode())
        return AESGCM(derived)


class Store:
    """The keys of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, request: Request) -> Answer | None:
        """Take the key for this request, or return the answer it had; raise `KeyReused` or `RequestRunning`."""
        now = datetime.now(UTC)
        fresh = {"key_hash": request.key_hash, "fingerprint": request.fingerprint, "started_at": now}
        async with self._database.tenant_tx(request.caller.tenant_id) as connection:
            statement = insert(_keys).values(tenant_id=request.caller.tenant_id, **fresh)
            # A row whose lease ran out without an answer is taken over: its process is gone.
            expired = (_keys.c.answer.is_(None) & (_keys.c.started_at < now - LEASE)) | (
                _keys.c.started_at < now - timedelta(hours=RETENTION_HOURS)
            )
            taking = statement.on_conflict_do_update(
                index_elements=["tenant_id", "key_hash"], set_={**fresh, "answer": None}, where=expired
            ).returning(_keys.c.key_hash)
            if (await connection.execute(taking)).first() is not None:
                return None
            row = (await connection.execute(sa.select(_keys).where(_keys.c.key_hash == request.key_hash))).one()
        if row.fingerprint != request.fingerprint:
            raise KeyReused("This Idempotency-Key was used for another request.", hint="Use a new key.")
        if row.answer is None:
            raise RequestRunning("The first request with this key is still running.", hint="Ask again in a moment.")
        return _open(request, row.answer)

    async def finish(self, request: Request, answer: Answer) -> None:
        """Keep the answer, or give the key back when sending again is what should happen."""
        keep = answer.status < 500 and answer.status not in NOT_KEPT and len(answer.body) <= MAX_KEPT
        mine = _keys.c.key_hash == request.key_hash
        async with self._database.tenant_tx(request.caller.tenant_id) as connection:
            if keep:
                await connection.execute(sa.update(_keys).where(mine).values(answer=_seal(request, answer)))
            else:
                await connection.execute(sa.delete(_keys).where(mine))

    async def prune(self) -> int:
        """Delete keys past their retention, of all tenants; return how many."""
        async with self._database.platform_tx() as connection:
            old = _keys.c.started_at < datetime.now(UTC) - timedelta(hours=RETENTION_HOURS)
            return int((await connection.execute(sa.delete(_keys).where(old))).rowcount)

    async def run(self) -> None:
        """Prune every hour, until cancelled."""
        while True:
            try:
                await self.prune()
            except (DomainError, OSError, sa.exc.DBAPIError) as error:
                log.warning("idempotency.prune_failed", error=type(error).__name__)
            await asyncio.sleep(PRUNE_SECONDS)


def _seal(request: Request, answer: Answer) -> bytes:
    headers = [[name.decode("latin-1"), text.decode("latin-1")] for name, text in answer.headers]
    plain = json.dumps([answer.status, headers, answer.body.decode("latin-1")]).encode()
    nonce = os.urandom(12)
    return nonce + request.cipher().encrypt(nonce, plain, request.fingerprint)


def _open(request: Request, sealed: bytes) -> Answer:
    try:
        document: Any = json.loads(request.cipher().decrypt(sealed[:12], sealed[12:], request.fingerprint))
    except InvalidTag:
        raise DomainError("The kept answer cannot be read.", hint="Send the request with a new key.") from None
    status, headers, body = document
    pairs = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers]
    return Answer(status, pairs, body.encode("latin-1"))
