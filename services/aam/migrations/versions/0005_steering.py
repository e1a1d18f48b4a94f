"""Pauses, schedules and limits of connections, and what a run was asked to read."""

from aos_common.migrations import script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    script(
        """
        ALTER TABLE connections
            ADD COLUMN paused_by text NOT NULL DEFAULT '',
            ADD COLUMN paused_at timestamptz,
            ADD COLUMN streams_at_once integer NOT NULL DEFAULT 0,
            ADD COLUMN rows_per_second integer NOT NULL DEFAULT 0,
            ADD COLUMN every_minutes integer NOT NULL DEFAULT 0,
            ADD COLUMN cron text NOT NULL DEFAULT '',
            ADD COLUMN timezone text NOT NULL DEFAULT 'UTC',
            ADD COLUMN next_at timestamptz,
            ADD COLUMN last_at timestamptz,
            ADD COLUMN last_note text NOT NULL DEFAULT '';
        ALTER TABLE runs
            ADD COLUMN full_refresh boolean NOT NULL DEFAULT false,
            ADD COLUMN backfill_from text NOT NULL DEFAULT '',
            ADD COLUMN backfill_until text NOT NULL DEFAULT '';
        DROP INDEX runs_active;
        CREATE UNIQUE INDEX runs_active ON runs (tenant_id, connection_id)
            WHERE state IN ('pending', 'running', 'paused');
        """
    )
