"""The outbox that facts for the audit log leave by, and keys of repeatable requests, with their answers."""

from aos_common.migrations import create_idempotency_table, create_transport_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_transport_tables("aoa")
    create_idempotency_table("aoa")
