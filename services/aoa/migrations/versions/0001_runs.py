"""Runs, their steps, and what agents found in them."""

from aos_common.migrations import protect, script

revision = "0001"
down_revision = None


def upgrade() -> None:
    script(
        """
        CREATE TABLE runs (
            tenant_id uuid NOT NULL, id uuid NOT NULL, state text NOT NULL, error text NOT NULL,
            connection_ids text[] NOT NULL, request_id text NOT NULL,
            created_at timestamptz NOT NULL, ended_at timestamptz,
            PRIMARY KEY (tenant_id, id));
        CREATE UNIQUE INDEX runs_request ON runs (tenant_id, request_id) WHERE request_id <> '';
        CREATE INDEX runs_state ON runs (tenant_id, state, id DESC);
        CREATE TABLE run_steps (
            tenant_id uuid NOT NULL, run_id uuid NOT NULL, place integer NOT NULL, name text NOT NULL,
            state text NOT NULL, summary text NOT NULL, attempts integer NOT NULL,
            started_at timestamptz, ended_at timestamptz,
            PRIMARY KEY (tenant_id, run_id, name),
            FOREIGN KEY (tenant_id, run_id) REFERENCES runs ON DELETE CASCADE);
        CREATE TABLE findings (
            tenant_id uuid NOT NULL, id uuid NOT NULL, run_id uuid NOT NULL, agent text NOT NULL,
            place integer NOT NULL, check_name text NOT NULL, subject text NOT NULL, severity text NOT NULL,
            title text NOT NULL, figure text NOT NULL, unit text NOT NULL, action text NOT NULL,
            view_name text NOT NULL, filters jsonb NOT NULL, evidence jsonb NOT NULL,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, run_id) REFERENCES runs ON DELETE CASCADE);
        CREATE INDEX findings_run ON findings (tenant_id, run_id, agent, place);
        """
    )
    protect("aoa", ["runs", "run_steps", "findings"])
