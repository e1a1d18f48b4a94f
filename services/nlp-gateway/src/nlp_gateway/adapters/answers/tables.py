"""Tables of answers."""

import sqlalchemy as sa
from aos_common.db import tenant_table

metadata = sa.MetaData()

feedback = tenant_table(
    "feedback",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("answer_id", sa.Uuid),
    sa.Column("subject", sa.Text),
    sa.Column("helpful", sa.Boolean),
    sa.Column("comment", sa.Text),
    sa.Column("create_time", sa.DateTime(timezone=True)),
    primary_key=("id",),
)
