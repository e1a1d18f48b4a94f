"""Deployments of others that are watched, and how their connections fared."""

from aos_common.migrations import protect, script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    script(
        """
        CREATE TABLE watches (
            tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, url text NOT NULL, secret bytea NOT NULL,
            every_seconds integer NOT NULL, stale_after_minutes integer NOT NULL, state text NOT NULL,
            error text NOT NULL, created_at timestamptz NOT NULL, checked_at timestamptz,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE TABLE watched_syncs (
            tenant_id uuid NOT NULL, watch_id uuid NOT NULL, external_id text NOT NULL, name text NOT NULL,
            status text NOT NULL, job_id bigint NOT NULL, job_status text NOT NULL, rows bigint, bytes bigint,
            started_at timestamptz, updated_at timestamptz, warning text NOT NULL,
            PRIMARY KEY (tenant_id, watch_id, external_id),
            FOREIGN KEY (tenant_id, watch_id) REFERENCES watches ON DELETE CASCADE);
        """
    )
    protect("aam", ["watches", "watched_syncs"])
