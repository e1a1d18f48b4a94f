"""The tables of the migrations that are used typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from aos_common.secrets.rewrap import Sealed
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()

providers = tenant_table(
    "providers",
    metadata,
    sa.Column("id", PG_UUID(as_uuid=True)),
    sa.Column("kind", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("updated_at", sa.DateTime(timezone=True)),
    sa.Column("updated_by", sa.Text),
)

SEALED = (Sealed(providers),)
"""Where credentials are kept, for `python -m nlp_gateway rewrap`."""
