"""The tables of the migrations, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from aos_common.secrets.rewrap import Sealed
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
_id = PG_UUID(as_uuid=True)

connections = tenant_table(
    "connections",
    metadata,
    sa.Column("id", _id),
    sa.Column("name", sa.Text),
    sa.Column("connector", sa.Text),
    sa.Column("settings", JSONB),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("state", sa.Text),
    sa.Column("location", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("streams", ARRAY(sa.Text)),
    sa.Column("request_id", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("safe_mode", sa.Boolean),
    sa.Column("missing", ARRAY(sa.Text)),
    sa.Column("obstacle", sa.Text),
    sa.Column("fresh_within_minutes", sa.Integer),
    sa.Column("paused_by", sa.Text),
    sa.Column("paused_at", _moment),
    sa.Column("streams_at_once", sa.Integer),
    sa.Column("rows_per_second", sa.Integer),
    sa.Column("every_minutes", sa.Integer),
    sa.Column("cron", sa.Text),
    sa.Column("timezone", sa.Text),
    sa.Column("next_at", _moment),
    sa.Column("last_at", _moment),
    sa.Column("last_note", sa.Text),
)
streams = tenant_table(
    "streams",
    metadata,
    sa.Column("connection_id", _id),
    sa.Column("name", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("shape", JSONB(none_as_null=True)),
    sa.Column("fingerprint", sa.Text),
    sa.Column("mapping", JSONB(none_as_null=True)),
    sa.Column("cursor", JSONB),
    sa.Column("version", sa.BigInteger),
    sa.Column("published_mapping", sa.BigInteger),
    sa.Column("error", sa.Text),
    sa.Column("last_success_at", _moment),
    sa.Column("failures", sa.Integer),
    sa.Column("alarm", sa.Text),
    primary_key=("connection_id", "name"),
)
runs = tenant_table(
    "runs",
    metadata,
    sa.Column("id", _id),
    sa.Column("connection_id", _id),
    sa.Column("state", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("ended_at", _moment),
    sa.Column("full_refresh", sa.Boolean),
    sa.Column("replay", sa.Boolean),
    sa.Column("backfill_from", sa.Text),
    sa.Column("backfill_until", sa.Text),
)
stream_runs = tenant_table(
    "stream_runs",
    metadata,
    sa.Column("run_id", _id),
    sa.Column("stream", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("rows_read", sa.BigInteger),
    sa.Column("rows_published", sa.BigInteger),
    sa.Column("rows_quarantined", sa.BigInteger),
    sa.Column("batches", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("attempt", sa.Text),
    sa.Column("bytes", sa.BigInteger),
    sa.Column("whole", sa.Boolean),
    sa.Column("started_at", _moment),
    sa.Column("ended_at", _moment),
    primary_key=("run_id", "stream"),
)
checkpoints = tenant_table(
    "checkpoints",
    metadata,
    sa.Column("run_id", _id),
    sa.Column("stream", sa.Text),
    sa.Column("index", sa.Integer),
    sa.Column("state", JSONB),
    sa.Column("batches", JSONB),
    sa.Column("rows_read", sa.BigInteger),
    sa.Column("last_row", sa.BigInteger),
    sa.Column("snapshot", sa.Boolean),
    sa.Column("highest", sa.BigInteger),
    sa.Column("mapping_version", sa.BigInteger),
    primary_key=("run_id", "stream", "index"),
)
batches = tenant_table(
    "batches",
    metadata,
    sa.Column("id", _id),
    sa.Column("run_id", _id),
    sa.Column("stream", sa.Text),
    sa.Column("landing_key", sa.Text),
    sa.Column("canonical_key", sa.Text),
    sa.Column("mapping_version", sa.BigInteger),
    sa.Column("rows", sa.BigInteger),
)
deliveries = tenant_table(
    "deliveries",
    metadata,
    sa.Column("run_id", _id),
    sa.Column("stream", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("batches", sa.Integer),
    sa.Column("whole", sa.Boolean),
    sa.Column("announced_at", _moment),
    sa.Column("applied_at", _moment),
    sa.Column("refused", sa.Boolean),
    primary_key=("run_id", "stream"),
)
quarantine = tenant_table(
    "quarantine",
    metadata,
    sa.Column("connection_id", _id),
    sa.Column("stream", sa.Text),
    sa.Column("row_number", sa.BigInteger),
    sa.Column("id", _id),
    sa.Column("run_id", _id),
    sa.Column("file", sa.Text),
    sa.Column("column_name", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("record", sa.Text),
    primary_key=("connection_id", "stream", "row_number", "id"),
)

watches = tenant_table(
    "watches",
    metadata,
    sa.Column("id", _id),
    sa.Column("name", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("every_seconds", sa.Integer),
    sa.Column("stale_after_minutes", sa.Integer),
    sa.Column("state", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("checked_at", _moment),
)
watched_syncs = tenant_table(
    "watched_syncs",
    metadata,
    sa.Column("watch_id", _id),
    sa.Column("external_id", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("job_id", sa.BigInteger),
    sa.Column("job_status", sa.Text),
    sa.Column("rows", sa.BigInteger),
    sa.Column("bytes", sa.BigInteger),
    sa.Column("started_at", _moment),
    sa.Column("updated_at", _moment),
    sa.Column("warning", sa.Text),
    primary_key=("watch_id", "external_id"),
)

SEALED = (Sealed(connections), Sealed(watches))
"""Where credentials are kept, for `python -m aam rewrap`."""
