"""The tables of migration 0001, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)

proposals = tenant_table(
    "proposals",
    metadata,
    sa.Column("id", PG_UUID(as_uuid=True)),
    sa.Column("seq", PG_UUID(as_uuid=True)),
    sa.Column("connection_id", sa.Text),
    sa.Column("connection_name", sa.Text),
    sa.Column("stream", sa.Text),
    sa.Column("entity", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("tier", sa.Text),
    sa.Column("body", JSONB),
    sa.Column("decided_by", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("decided_at", _moment),
)
mappings = tenant_table(
    "mappings",
    metadata,
    sa.Column("connection_id", sa.Text),
    sa.Column("stream", sa.Text),
    sa.Column("version", sa.BigInteger),
    sa.Column("connection_name", sa.Text),
    sa.Column("entity", sa.Text),
    sa.Column("body", JSONB),
    sa.Column("approved_by", sa.Text),
    sa.Column("created_at", _moment),
    primary_key=("connection_id", "stream", "version"),
)
announced_batches = tenant_table(
    "announced_batches",
    metadata,
    sa.Column("batch_id", sa.Text),
    sa.Column("run_id", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("entity", sa.Text),
    sa.Column("object_key", sa.Text),
    sa.Column("announced_at", _moment),
    primary_key=("batch_id",),
)
announced_streams = tenant_table(
    "announced_streams",
    metadata,
    sa.Column("run_id", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("entity", sa.Text),
    sa.Column("batch_ids", ARRAY(sa.Text)),
    sa.Column("snapshot", sa.Boolean),
    sa.Column("snapshot_version", sa.BigInteger),
    sa.Column("applied_at", _moment),
    primary_key=("run_id", "source"),
)
consumptions = tenant_table(
    "consumptions",
    metadata,
    sa.Column("agent", sa.Text),
    sa.Column("view_name", sa.Text),
    primary_key=("agent", "view_name"),
)
