from aos_common.migrations import create_idempotency_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_idempotency_table("aod")
