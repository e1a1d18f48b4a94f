"""The audit log, feature flags, signing keys, and keys of repeatable requests."""

from alembic import op
from aos_common.migrations import create_idempotency_table, protect, script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_idempotency_table("identity")
    _create_audit_log()
    _create_feature_flags()
    _create_signing_keys()


def _create_audit_log() -> None:
    script(
        """
        CREATE TABLE audit_log (
            tenant_id uuid NOT NULL, seq bigint NOT NULL, call_id uuid NOT NULL, occurred_at timestamptz NOT NULL,
            actor text NOT NULL, roles text[] NOT NULL, session_id text NOT NULL, service text NOT NULL,
            action text NOT NULL, target text NOT NULL, outcome text NOT NULL, reason text NOT NULL,
            address text NOT NULL, trace_id text NOT NULL, hash bytea NOT NULL,
            PRIMARY KEY (tenant_id, seq), UNIQUE (tenant_id, call_id));
        CREATE TABLE audit_heads (
            tenant_id uuid NOT NULL PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL, seal bytea NOT NULL);
        """
    )
    protect("identity", ["audit_log", "audit_heads"])
    # Append-only, also for the service itself: a row once written is there to stay.
    op.execute("REVOKE UPDATE, DELETE ON audit_log FROM identity_app")
    op.execute("REVOKE DELETE ON audit_heads FROM identity_app")


def _create_feature_flags() -> None:
    script(
        """
        CREATE TABLE feature_flags (
            tenant_id uuid NOT NULL REFERENCES tenants, name text NOT NULL, enabled boolean NOT NULL,
            changed_by text NOT NULL, changed_at timestamptz NOT NULL, version bigint NOT NULL,
            PRIMARY KEY (tenant_id, name));
        """
    )
    protect("identity", ["feature_flags"])


def _create_signing_keys() -> None:
    """Keys sign for all tenants, so the table is no tenant's: the platform role alone may use it."""
    script(
        """
        CREATE TABLE signing_keys (
            kid text NOT NULL PRIMARY KEY, public_key jsonb NOT NULL, private_key bytea NOT NULL,
            created_at timestamptz NOT NULL, signs_from timestamptz NOT NULL, withdrawn_at timestamptz);
        ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
        ALTER TABLE signing_keys FORCE ROW LEVEL SECURITY;
        CREATE POLICY platform ON signing_keys TO identity_platform USING (true) WITH CHECK (true);
        REVOKE ALL ON signing_keys FROM identity_app;
        GRANT SELECT, INSERT, UPDATE ON signing_keys TO identity_platform;
        """
    )
