"""What readers thought of answers."""

from aos_common.migrations import protect, script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    script(
        """
CREATE TABLE feedback (
    tenant_id uuid NOT NULL, id uuid NOT NULL, answer_id uuid NOT NULL, subject text NOT NULL,
    helpful boolean NOT NULL, comment text NOT NULL, create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
"""
    )
    protect("nlp_gateway", ["feedback"])
