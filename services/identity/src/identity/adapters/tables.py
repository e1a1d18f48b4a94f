"""The tables of migration 0001, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
_id = PG_UUID(as_uuid=True)

tenants = tenant_table(
    "tenants", metadata, sa.Column("name", sa.Text), sa.Column("created_at", _moment), primary_key=()
)
users = tenant_table(
    "users",
    metadata,
    sa.Column("id", _id),
    sa.Column("email", sa.Text),
    sa.Column("password_hash", sa.Text),
    sa.Column("roles", ARRAY(sa.Text)),
    sa.Column("created_at", _moment),
)
sign_in_names = tenant_table(
    "sign_in_names", metadata, sa.Column("email", sa.Text), sa.Column("user_id", _id), primary_key=("email",)
)
refresh_tokens = tenant_table(
    "refresh_tokens",
    metadata,
    sa.Column("id", _id),
    sa.Column("family_id", _id),
    sa.Column("user_id", _id),
    sa.Column("secret_hash", sa.LargeBinary),
    sa.Column("expires_at", _moment),
    sa.Column("used_at", _moment),
)
