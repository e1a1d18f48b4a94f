"""Safe Mode, what stands in a connection's way, and what becomes of streams over time."""

from aos_common.migrations import script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    script(
        """
        ALTER TABLE connections
            ADD COLUMN safe_mode boolean NOT NULL DEFAULT false,
            ADD COLUMN missing text[] NOT NULL DEFAULT '{}',
            ADD COLUMN obstacle text NOT NULL DEFAULT '',
            ADD COLUMN fresh_within_minutes integer;
        ALTER TABLE streams
            ADD COLUMN last_success_at timestamptz,
            ADD COLUMN failures integer NOT NULL DEFAULT 0,
            ADD COLUMN alarm text NOT NULL DEFAULT '';
        ALTER TABLE stream_runs
            ADD COLUMN bytes bigint NOT NULL DEFAULT 0,
            ADD COLUMN whole boolean NOT NULL DEFAULT true,
            ADD COLUMN started_at timestamptz,
            ADD COLUMN ended_at timestamptz;
        """
    )
