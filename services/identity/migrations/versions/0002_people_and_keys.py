"""Sessions, invitations, password resets, mail, service accounts and their keys, one-time codes, sign-on by OIDC."""

from alembic import op
from aos_common.migrations import create_transport_tables, protect, script

revision = "0002"
down_revision = "0001"
contract = "before the first release: no older pods can run beside it"

_EXISTING = ("users", "sign_in_names", "refresh_tokens")
_NEW = (
    "sessions",
    "invitations",
    "password_resets",
    "mail_outbox",
    "service_accounts",
    "api_keys",
    "totp_secrets",
    "recovery_codes",
    "identity_providers",
    "sign_on_names",
    "sign_on_attempts",
    "external_identities",
)


def upgrade() -> None:
    create_transport_tables("identity")
    _change_users()
    _create_sessions()
    _create_people()
    _create_keys()
    _create_sign_on()
    protect("identity", _NEW)
    # Whoever comes to sign on names a provider, not a tenant: the platform role may look it up, and nothing more.
    op.execute("CREATE POLICY platform ON sign_on_names FOR SELECT TO identity_platform USING (true)")
    op.execute("GRANT SELECT ON sign_on_names TO identity_platform")


def _change_users() -> None:
    script(
        """
        ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;
        ALTER TABLE users ADD COLUMN disabled_at timestamptz, ADD COLUMN tokens_from timestamptz;
        ALTER TABLE sign_in_names DROP CONSTRAINT sign_in_names_tenant_id_user_id_fkey;
        ALTER TABLE sign_in_names ADD FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE;
        """
    )


def _create_sessions() -> None:
    """A session for each family of refresh tokens; those that exist get theirs, so that nobody is signed out."""
    script(
        """
        CREATE TABLE sessions (
            tenant_id uuid NOT NULL, id uuid NOT NULL, user_id uuid NOT NULL, created_at timestamptz NOT NULL,
            used_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, user_agent text NOT NULL,
            address text NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);
        CREATE INDEX sessions_user ON sessions (tenant_id, user_id);
        """
    )
    # The owner is bound by row security, too, and sees no tenant's rows; within this transaction it must.
    for table in _EXISTING:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    script(
        """
        INSERT INTO sessions (tenant_id, id, user_id, created_at, used_at, expires_at, user_agent, address)
            SELECT tenant_id, family_id, user_id, min(expires_at) - interval '30 days',
                max(expires_at) - interval '30 days', max(expires_at), '', ''
            FROM refresh_tokens GROUP BY tenant_id, family_id, user_id;
        ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_tenant_id_user_id_fkey;
        ALTER TABLE refresh_tokens DROP COLUMN user_id, ADD COLUMN successor_id uuid;
        ALTER TABLE refresh_tokens ADD FOREIGN KEY (tenant_id, family_id) REFERENCES sessions ON DELETE CASCADE;
        """
    )
    for table in _EXISTING:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _create_people() -> None:
    script(
        """
        CREATE TABLE invitations (
            tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, email text NOT NULL, roles text[] NOT NULL,
            secret_hash bytea NOT NULL, invited_by uuid NOT NULL, created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email));
        CREATE TABLE password_resets (
            tenant_id uuid NOT NULL, id uuid NOT NULL, user_id uuid NOT NULL, secret_hash bytea NOT NULL,
            created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);
        CREATE INDEX password_resets_user ON password_resets (tenant_id, user_id);
        CREATE TABLE mail_outbox (
            tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, recipient text NOT NULL,
            subject text NOT NULL, secret bytea, created_at timestamptz NOT NULL, sent_at timestamptz,
            PRIMARY KEY (tenant_id, id));
        CREATE TABLE totp_secrets (
            tenant_id uuid NOT NULL, id uuid NOT NULL, secret bytea NOT NULL, confirmed_at timestamptz,
            last_step bigint NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, id) REFERENCES users ON DELETE CASCADE);
        CREATE TABLE recovery_codes (
            tenant_id uuid NOT NULL, user_id uuid NOT NULL, code_hash bytea NOT NULL,
            PRIMARY KEY (tenant_id, user_id, code_hash),
            FOREIGN KEY (tenant_id, user_id) REFERENCES totp_secrets (tenant_id, id) ON DELETE CASCADE);
        """
    )


def _create_keys() -> None:
    script(
        """
        CREATE TABLE service_accounts (
            tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, name text NOT NULL, roles text[] NOT NULL,
            created_by text NOT NULL, created_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE TABLE api_keys (
            tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, name text NOT NULL,
            secret_hash bytea NOT NULL, created_at timestamptz NOT NULL, expires_at timestamptz,
            used_at timestamptz, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, account_id) REFERENCES service_accounts ON DELETE CASCADE);
        CREATE INDEX api_keys_account ON api_keys (tenant_id, account_id);
        """
    )


def _create_sign_on() -> None:
    script(
        """
        CREATE TABLE identity_providers (
            tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, name text NOT NULL, issuer text NOT NULL,
            client_id text NOT NULL, secret bytea, scopes text[] NOT NULL, group_claim text NOT NULL,
            role_map jsonb NOT NULL, default_roles text[] NOT NULL, domains text[] NOT NULL,
            created_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
        CREATE TABLE sign_on_names (
            tenant_id uuid NOT NULL, provider_id uuid NOT NULL, PRIMARY KEY (tenant_id, provider_id),
            FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers ON DELETE CASCADE);
        CREATE INDEX sign_on_names_provider ON sign_on_names (provider_id);
        CREATE TABLE sign_on_attempts (
            tenant_id uuid NOT NULL, id uuid NOT NULL, provider_id uuid NOT NULL, secret_hash bytea NOT NULL,
            browser_hash bytea NOT NULL, nonce text NOT NULL, code_verifier text NOT NULL,
            expires_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers ON DELETE CASCADE);
        CREATE TABLE external_identities (
            tenant_id uuid NOT NULL, provider_id uuid NOT NULL, subject text NOT NULL, user_id uuid NOT NULL,
            PRIMARY KEY (tenant_id, provider_id, subject),
            FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers ON DELETE CASCADE,
            FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);
        CREATE INDEX external_identities_user ON external_identities (tenant_id, user_id);
        """
    )
