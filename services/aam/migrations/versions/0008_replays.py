"""Runs that read what has landed instead of their source."""

from aos_common.migrations import script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    script("ALTER TABLE runs ADD COLUMN replay boolean NOT NULL DEFAULT false;")
