"""The tables of migration 0001, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
_id = PG_UUID(as_uuid=True)

runs = tenant_table(
    "runs",
    metadata,
    sa.Column("id", _id),
    sa.Column("state", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("connection_ids", ARRAY(sa.Text)),
    sa.Column("request_id", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("ended_at", _moment),
)
run_steps = tenant_table(
    "run_steps",
    metadata,
    sa.Column("run_id", _id),
    sa.Column("place", sa.Integer),
    sa.Column("name", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("summary", sa.Text),
    sa.Column("attempts", sa.Integer),
    sa.Column("started_at", _moment),
    sa.Column("ended_at", _moment),
    primary_key=("run_id", "name"),
)
findings = tenant_table(
    "findings",
    metadata,
    sa.Column("id", _id),
    sa.Column("run_id", _id),
    sa.Column("agent", sa.Text),
    sa.Column("place", sa.Integer),
    sa.Column("check_name", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("severity", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("figure", sa.Text),
    sa.Column("unit", sa.Text),
    sa.Column("action", sa.Text),
    sa.Column("view_name", sa.Text),
    sa.Column("filters", JSONB),
    sa.Column("evidence", JSONB),
)
