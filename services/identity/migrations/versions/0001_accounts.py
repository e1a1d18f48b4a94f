"""Tenants, users, the index that finds a user by e-mail address, and refresh tokens."""

from alembic import op
from aos_common.migrations import protect, script

revision = "0001"
down_revision = None


def upgrade() -> None:
    script(
        """
        CREATE TABLE tenants (
            tenant_id uuid NOT NULL PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL);
        CREATE TABLE users (
            tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, email text NOT NULL,
            password_hash text NOT NULL, roles text[] NOT NULL, created_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email));
        CREATE TABLE sign_in_names (
            tenant_id uuid NOT NULL, email text NOT NULL, user_id uuid NOT NULL,
            PRIMARY KEY (tenant_id, email), FOREIGN KEY (tenant_id, user_id) REFERENCES users);
        CREATE INDEX sign_in_names_email ON sign_in_names (email);
        CREATE TABLE refresh_tokens (
            tenant_id uuid NOT NULL, id uuid NOT NULL, family_id uuid NOT NULL, user_id uuid NOT NULL,
            secret_hash bytea NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz,
            PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, user_id) REFERENCES users);
        CREATE INDEX refresh_tokens_family ON refresh_tokens (tenant_id, family_id);
        """
    )
    protect("identity", ["tenants", "users", "sign_in_names", "refresh_tokens"])
    # Sign-in knows no tenant yet: the platform role may look an address up, and nothing more.
    op.execute("CREATE POLICY platform ON sign_in_names FOR SELECT TO identity_platform USING (true)")
    op.execute("GRANT SELECT ON sign_in_names TO identity_platform")
