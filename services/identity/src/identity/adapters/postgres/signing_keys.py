"""Signing keys in PostgreSQL, private keys sealed; the table is no tenant's, so only the platform role opens it."""

import asyncio
from datetime import datetime

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.secrets import SecretBox
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.dialects.postgresql import JSONB

from identity.adapters.signer import bound_to, public_jwk
from identity.domain.signing_key import SigningKey

BITS = 2048
_keys = sa.Table(
    "signing_keys",
    sa.MetaData(),
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("public_key", JSONB),
    sa.Column("private_key", sa.LargeBinary),
    sa.Column("created_at", sa.DateTime(timezone=True)),
    sa.Column("signs_from", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
)


class PostgresSigningKeys:
    """The `SigningKeys` port."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box

    async def load(self) -> list[SigningKey]:
        """Return all keys."""
        async with self._database.platform_tx() as connection:
            rows = (await connection.execute(sa.select(_keys))).all()
        return [
            SigningKey(row.kid, row.public_key, row.private_key, row.created_at, row.signs_from, row.withdrawn_at)
            for row in rows
        ]

    async def add(self, signs_from: datetime, now: datetime) -> SigningKey:
        """Make and store a key that signs from a moment on."""
        private = await asyncio.to_thread(rsa.generate_private_key, 65537, BITS)
        return await self.store(private, signs_from, now)

    async def store(self, private: rsa.RSAPrivateKey, signs_from: datetime, now: datetime) -> SigningKey:
        """Store a key; one that is there already stays as it is."""
        public = public_jwk(private.public_key())
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        sealed = await self._box.seal(pem, bound_to(public["kid"]))
        key = SigningKey(public["kid"], public, sealed, now, signs_from)
        async with self._database.platform_tx() as connection:
            known = sa.select(_keys.c.kid).where(_keys.c.kid == key.kid)
            if (await connection.execute(known)).first() is None:
                await connection.execute(
                    sa.insert(_keys).values(
                        kid=key.kid,
                        public_key=dict(public),
                        private_key=sealed,
                        created_at=now,
                        signs_from=signs_from,
                    )
                )
        return key

    async def withdraw(self, kid: str, now: datetime) -> bool:
        """Withdraw a key; False when there is none with the id that was not withdrawn before."""
        statement = sa.update(_keys).where(_keys.c.kid == kid, _keys.c.withdrawn_at.is_(None))
        async with self._database.platform_tx() as connection:
            return bool((await connection.execute(statement.values(withdrawn_at=now))).rowcount)
