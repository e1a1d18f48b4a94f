"""Scans, the data sets they find, and findings."""

from aos_common.migrations import create_transport_tables, protect, script

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_transport_tables("aod")
    script(
        """
        CREATE TABLE scans (
            tenant_id uuid NOT NULL, id uuid NOT NULL, finding_id uuid NOT NULL, kind text NOT NULL,
            location text NOT NULL, name text NOT NULL, secret bytea, state text NOT NULL, data_sets integer NOT NULL,
            error text NOT NULL, created_at timestamptz NOT NULL, ended_at timestamptz,
            PRIMARY KEY (tenant_id, id));
        CREATE INDEX scans_unfinished ON scans (tenant_id) WHERE state IN ('queued', 'running');
        CREATE TABLE data_sets (
            tenant_id uuid NOT NULL, scan_id uuid NOT NULL, name text NOT NULL, format text NOT NULL,
            rows bigint NOT NULL, bytes bigint NOT NULL, error text NOT NULL, columns jsonb NOT NULL,
            PRIMARY KEY (tenant_id, scan_id, name),
            FOREIGN KEY (tenant_id, scan_id) REFERENCES scans ON DELETE CASCADE);
        CREATE TABLE findings (
            tenant_id uuid NOT NULL, id uuid NOT NULL, scan_id uuid NOT NULL, name text NOT NULL, kind text NOT NULL,
            location text NOT NULL, secret bytea, score double precision NOT NULL, reasons text[] NOT NULL,
            state text NOT NULL, connection_id text NOT NULL, note text NOT NULL, created_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, scan_id) REFERENCES scans);
        CREATE INDEX findings_by_score ON findings (tenant_id, score DESC, id);
        """
    )
    protect("aod", ["scans", "data_sets", "findings"])
