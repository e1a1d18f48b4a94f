"""Proposals, mapping versions, what has been ingested, and which agent reads what."""

from aos_common.migrations import create_transport_tables, protect, script

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_transport_tables("dcl")
    script(
        """
        CREATE TABLE proposals (
            tenant_id uuid NOT NULL, id uuid NOT NULL, seq uuid NOT NULL, connection_id text NOT NULL,
            connection_name text NOT NULL, stream text NOT NULL, entity text NOT NULL, state text NOT NULL,
            tier text NOT NULL, body jsonb NOT NULL, decided_by text NOT NULL, created_at timestamptz NOT NULL,
            decided_at timestamptz, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, seq));
        CREATE TABLE mappings (
            tenant_id uuid NOT NULL, connection_id text NOT NULL, stream text NOT NULL, version bigint NOT NULL,
            connection_name text NOT NULL, entity text NOT NULL, body jsonb NOT NULL, approved_by text NOT NULL,
            created_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, connection_id, stream, version));
        CREATE TABLE announced_batches (
            tenant_id uuid NOT NULL, batch_id text NOT NULL, run_id text NOT NULL, source text NOT NULL,
            entity text NOT NULL, object_key text NOT NULL, announced_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, batch_id));
        CREATE TABLE announced_streams (
            tenant_id uuid NOT NULL, run_id text NOT NULL, source text NOT NULL, entity text NOT NULL,
            batch_ids text[] NOT NULL, snapshot boolean NOT NULL, snapshot_version bigint NOT NULL,
            applied_at timestamptz, PRIMARY KEY (tenant_id, run_id, source));
        CREATE TABLE consumptions (
            tenant_id uuid NOT NULL, agent text NOT NULL, view_name text NOT NULL,
            PRIMARY KEY (tenant_id, agent, view_name));
        """
    )
    protect("dcl", ["proposals", "mappings", "announced_batches", "announced_streams", "consumptions"])
