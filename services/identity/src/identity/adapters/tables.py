"""The tables of migrations 0001 and 0002, typed."""

import sqlalchemy as sa
from aos_common.db import tenant_table
from aos_common.secrets.rewrap import Sealed
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
_id = PG_UUID(as_uuid=True)


def _columns(*specified: tuple[str, object]) -> list[sa.Column[object]]:
    return [sa.Column(name, kind) for name, kind in specified]  # type: ignore[arg-type]  # a type or an instance of one


tenants = tenant_table("tenants", metadata, *_columns(("name", sa.Text), ("created_at", _moment)), primary_key=())
users = tenant_table(
    "users",
    metadata,
    *_columns(
        ("id", _id),
        ("email", sa.Text),
        ("password_hash", sa.Text),
        ("roles", ARRAY(sa.Text)),
        ("created_at", _moment),
        ("disabled_at", _moment),
        ("tokens_from", _moment),
    ),
)
sign_in_names = tenant_table(
    "sign_in_names", metadata, *_columns(("email", sa.Text), ("user_id", _id)), primary_key=("email",)
)
sessions = tenant_table(
    "sessions",
    metadata,
    *_columns(
        ("id", _id),
        ("user_id", _id),
        ("created_at", _moment),
        ("used_at", _moment),
        ("expires_at", _moment),
        ("user_agent", sa.Text),
        ("address", sa.Text),
    ),
)
refresh_tokens = tenant_table(
    "refresh_tokens",
    metadata,
    *_columns(
        ("id", _id),
        ("family_id", _id),
        ("secret_hash", sa.LargeBinary),
        ("expires_at", _moment),
        ("used_at", _moment),
        ("successor_id", _id),
    ),
)
invitations = tenant_table(
    "invitations",
    metadata,
    *_columns(
        ("id", _id),
        ("email", sa.Text),
        ("roles", ARRAY(sa.Text)),
        ("secret_hash", sa.LargeBinary),
        ("invited_by", _id),
        ("created_at", _moment),
        ("expires_at", _moment),
    ),
)
password_resets = tenant_table(
    "password_resets",
    metadata,
    *_columns(
        ("id", _id),
        ("user_id", _id),
        ("secret_hash", sa.LargeBinary),
        ("created_at", _moment),
        ("expires_at", _moment),
    ),
)
mail_outbox = tenant_table(
    "mail_outbox",
    metadata,
    *_columns(
        ("id", _id),
        ("recipient", sa.Text),
        ("subject", sa.Text),
        ("secret", sa.LargeBinary),
        ("created_at", _moment),
        ("sent_at", _moment),
    ),
)
totp_secrets = tenant_table(
    "totp_secrets",
    metadata,
    *_columns(("id", _id), ("secret", sa.LargeBinary), ("confirmed_at", _moment), ("last_step", sa.BigInteger)),
)
recovery_codes = tenant_table(
    "recovery_codes",
    metadata,
    *_columns(("user_id", _id), ("code_hash", sa.LargeBinary)),
    primary_key=("user_id", "code_hash"),
)
service_accounts = tenant_table(
    "service_accounts",
    metadata,
    *_columns(
        ("id", _id), ("name", sa.Text), ("roles", ARRAY(sa.Text)), ("created_by", sa.Text), ("created_at", _moment)
    ),
)
api_keys = tenant_table(
    "api_keys",
    metadata,
    *_columns(
        ("id", _id),
        ("account_id", _id),
        ("name", sa.Text),
        ("secret_hash", sa.LargeBinary),
        ("created_at", _moment),
        ("expires_at", _moment),
        ("used_at", _moment),
    ),
)
identity_providers = tenant_table(
    "identity_providers",
    metadata,
    *_columns(
        ("id", _id),
        ("name", sa.Text),
        ("issuer", sa.Text),
        ("client_id", sa.Text),
        ("secret", sa.LargeBinary),
        ("scopes", ARRAY(sa.Text)),
        ("group_claim", sa.Text),
        ("role_map", JSONB),
        ("default_roles", ARRAY(sa.Text)),
        ("domains", ARRAY(sa.Text)),
        ("created_at", _moment),
    ),
)
sign_on_names = tenant_table("sign_on_names", metadata, *_columns(("provider_id", _id)), primary_key=("provider_id",))
sign_on_attempts = tenant_table(
    "sign_on_attempts",
    metadata,
    *_columns(
        ("id", _id),
        ("provider_id", _id),
        ("secret_hash", sa.LargeBinary),
        ("browser_hash", sa.LargeBinary),
        ("nonce", sa.Text),
        ("code_verifier", sa.Text),
        ("expires_at", _moment),
    ),
)
external_identities = tenant_table(
    "external_identities",
    metadata,
    *_columns(("provider_id", _id), ("subject", sa.Text), ("user_id", _id)),
    primary_key=("provider_id", "subject"),
)

SEALED = (Sealed(mail_outbox), Sealed(totp_secrets), Sealed(identity_providers))
"""What `python -m identity rewrap` puts under the newest key."""
