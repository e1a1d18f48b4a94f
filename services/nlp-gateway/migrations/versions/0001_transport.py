"""Outbox, inbox, dead letters, jobs, and the keys of repeatable requests."""

from aos_common.migrations import create_idempotency_table, create_transport_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_transport_tables("nlp_gateway")
    create_idempotency_table("nlp_gateway")
