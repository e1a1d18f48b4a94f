"""Connections, their streams, sync runs, batches and quarantine."""

from aos_common.migrations import create_transport_tables, protect, script

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_transport_tables("aam")
    script(
        """
        CREATE TABLE connections (
            tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, connector text NOT NULL,
            settings jsonb NOT NULL, secret bytea NOT NULL, state text NOT NULL, location text NOT NULL,
            error text NOT NULL, streams text[] NOT NULL, request_id text NOT NULL, created_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE UNIQUE INDEX connections_request ON connections (tenant_id, request_id) WHERE request_id <> '';
        CREATE TABLE streams (
            tenant_id uuid NOT NULL, connection_id uuid NOT NULL, name text NOT NULL, state text NOT NULL,
            shape jsonb, fingerprint text NOT NULL, mapping jsonb, cursor jsonb NOT NULL, version bigint NOT NULL,
            published_mapping bigint NOT NULL, error text NOT NULL,
            PRIMARY KEY (tenant_id, connection_id, name),
            FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE);
        CREATE TABLE runs (
            tenant_id uuid NOT NULL, id uuid NOT NULL, connection_id uuid NOT NULL, state text NOT NULL,
            request_id text NOT NULL, error text NOT NULL, created_at timestamptz NOT NULL, ended_at timestamptz,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE);
        CREATE UNIQUE INDEX runs_active ON runs (tenant_id, connection_id) WHERE state IN ('pending', 'running');
        CREATE UNIQUE INDEX runs_request ON runs (tenant_id, request_id) WHERE request_id <> '';
        CREATE INDEX runs_connection ON runs (tenant_id, connection_id, id);
        CREATE TABLE stream_runs (
            tenant_id uuid NOT NULL, run_id uuid NOT NULL, stream text NOT NULL, state text NOT NULL,
            rows_read bigint NOT NULL, rows_published bigint NOT NULL, rows_quarantined bigint NOT NULL,
            batches integer NOT NULL, error text NOT NULL, note text NOT NULL,
            PRIMARY KEY (tenant_id, run_id, stream),
            FOREIGN KEY (tenant_id, run_id) REFERENCES runs ON DELETE CASCADE);
        CREATE TABLE batches (
            tenant_id uuid NOT NULL, id uuid NOT NULL, run_id uuid NOT NULL, stream text NOT NULL,
            landing_key text NOT NULL, canonical_key text NOT NULL, mapping_version bigint NOT NULL,
            rows bigint NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, run_id) REFERENCES runs ON DELETE CASCADE);
        CREATE INDEX batches_run ON batches (tenant_id, run_id);
        CREATE TABLE quarantine (
            tenant_id uuid NOT NULL, connection_id uuid NOT NULL, stream text NOT NULL, row_number bigint NOT NULL,
            id uuid NOT NULL, run_id uuid NOT NULL, file text NOT NULL, column_name text NOT NULL,
            value text NOT NULL, reason text NOT NULL, record text NOT NULL,
            PRIMARY KEY (tenant_id, connection_id, stream, row_number, id),
            FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE);
        """
    )
    protect("aam", ["connections", "streams", "runs", "stream_runs", "batches", "quarantine"])
