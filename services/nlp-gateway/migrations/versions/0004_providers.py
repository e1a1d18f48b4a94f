"""The provider of language models that a tenant chose."""

from aos_common.migrations import protect, script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    script(
        """
CREATE TABLE providers (
    tenant_id uuid NOT NULL, id uuid NOT NULL, kind text NOT NULL, model text NOT NULL, url text NOT NULL,
    secret bytea NOT NULL, updated_at timestamptz NOT NULL, updated_by text NOT NULL,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id));
"""
    )
    protect("nlp_gateway", ["providers"])
