"""The transport tables, and one tenant table to try the policies on."""

import sqlalchemy as sa
from alembic import op
from aos_common.db import tenant_table
from aos_common.migrations import create_transport_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_transport_tables("aod")
    metadata = sa.MetaData()
    tenant_table("notes", metadata, sa.Column("id", sa.Integer), sa.Column("text", sa.Text))
    metadata.create_all(op.get_bind())
    protect("aod", ["notes"])
