"""What the views could not take holds nothing back."""

from aos_common.migrations import script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    script(
        """
        ALTER TABLE deliveries ADD COLUMN refused boolean NOT NULL DEFAULT false;
        DROP INDEX deliveries_unapplied;
        CREATE INDEX deliveries_unapplied ON deliveries (tenant_id) WHERE applied_at IS NULL AND NOT refused;
        """
    )
