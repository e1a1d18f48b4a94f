"""What was announced of each stream, and when the views had it: for back-pressure, and for how long files are kept."""

from aos_common.migrations import protect, script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    script(
        """
        CREATE TABLE deliveries (
            tenant_id uuid NOT NULL, run_id uuid NOT NULL, stream text NOT NULL, source text NOT NULL,
            batches integer NOT NULL, whole boolean NOT NULL, announced_at timestamptz NOT NULL, applied_at timestamptz,
            PRIMARY KEY (tenant_id, run_id, stream),
            FOREIGN KEY (tenant_id, run_id, stream) REFERENCES stream_runs ON DELETE CASCADE);
        CREATE INDEX deliveries_unapplied ON deliveries (tenant_id) WHERE applied_at IS NULL;
        CREATE INDEX deliveries_by_source ON deliveries (tenant_id, source, announced_at);
        """
    )
    protect("aam", ["deliveries"])
