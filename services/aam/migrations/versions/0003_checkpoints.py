"""How far the readings of streams have come, and which attempt may say so."""

from aos_common.migrations import protect, script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    script(
        """
        ALTER TABLE stream_runs ADD COLUMN attempt text NOT NULL DEFAULT '';
        CREATE TABLE checkpoints (
            tenant_id uuid NOT NULL, run_id uuid NOT NULL, stream text NOT NULL, index integer NOT NULL,
            state jsonb NOT NULL, batches jsonb NOT NULL, rows_read bigint NOT NULL, last_row bigint NOT NULL,
            snapshot boolean NOT NULL, highest bigint NOT NULL, mapping_version bigint NOT NULL,
            PRIMARY KEY (tenant_id, run_id, stream, index),
            FOREIGN KEY (tenant_id, run_id, stream) REFERENCES stream_runs ON DELETE CASCADE);
        """
    )
    protect("aam", ["checkpoints"])
