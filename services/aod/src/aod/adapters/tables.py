"""The tables of migration 0001, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from aos_common.secrets.rewrap import Sealed
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
_id = PG_UUID(as_uuid=True)

scans = tenant_table(
    "scans",
    metadata,
    sa.Column("id", _id),
    sa.Column("finding_id", _id),
    sa.Column("kind", sa.Text),
    sa.Column("location", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("state", sa.Text),
    sa.Column("data_sets", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("created_at", _moment),
    sa.Column("ended_at", _moment),
)
data_sets = tenant_table(
    "data_sets",
    metadata,
    sa.Column("scan_id", _id),
    sa.Column("name", sa.Text),
    sa.Column("format", sa.Text),
    sa.Column("rows", sa.BigInteger),
    sa.Column("bytes", sa.BigInteger),
    sa.Column("error", sa.Text),
    sa.Column("columns", JSONB),
    primary_key=("scan_id", "name"),
)
findings = tenant_table(
    "findings",
    metadata,
    sa.Column("id", _id),
    sa.Column("scan_id", _id),
    sa.Column("name", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("location", sa.Text),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("score", sa.Double),
    sa.Column("reasons", ARRAY(sa.Text)),
    sa.Column("state", sa.Text),
    sa.Column("connection_id", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("created_at", _moment),
)

SEALED = (Sealed(scans, owner="finding_id"), Sealed(findings))
"""Where credentials are kept, for `python -m aod rewrap`."""
