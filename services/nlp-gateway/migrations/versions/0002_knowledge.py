"""The knowledge base: collections, documents, passages, and what finds them by words and by meaning."""

from alembic import op
from aos_common.migrations import protect, script

revision = "0002"
down_revision = "0001"

PARTITIONS = 16
"""By hash of the tenant, so that one tenant's bulk does not thin out the pages of all others."""
PARTITIONED = ("passages", "postings", "vectors")

_TABLES = """
CREATE TABLE corpora (
    tenant_id uuid PRIMARY KEY, passages int NOT NULL, tokens bigint NOT NULL,
    last_collection int NOT NULL, last_passage int NOT NULL, last_term int NOT NULL) WITH (fillfactor = 50);

CREATE TABLE collections (
    tenant_id uuid NOT NULL, id uuid NOT NULL, number int NOT NULL, name text NOT NULL,
    roles text[] NOT NULL, subjects text[] NOT NULL, created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, number), UNIQUE (tenant_id, name));

CREATE TABLE documents (
    tenant_id uuid NOT NULL, id uuid NOT NULL, collection_id uuid NOT NULL, title text NOT NULL,
    source_kind text NOT NULL, source_uri text NOT NULL, media_type text NOT NULL, sha256 bytea NOT NULL,
    bytes bigint NOT NULL, state text NOT NULL, error text NOT NULL,
    chunks_done int NOT NULL, chunks_total int NOT NULL,
    characters int NOT NULL, text text NOT NULL,
    created_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, id));
CREATE UNIQUE INDEX documents_content ON documents (tenant_id, collection_id, sha256) WHERE state <> 'failed';
CREATE UNIQUE INDEX documents_source ON documents (tenant_id, collection_id, source_uri)
    WHERE state = 'ready' AND source_uri <> '';

CREATE TABLE staged_passages (
    tenant_id uuid NOT NULL, document_id uuid NOT NULL, ordinal int NOT NULL, headings text[] NOT NULL,
    first_char int NOT NULL, end_char int NOT NULL, text text NOT NULL, vector public.halfvec(384),
    PRIMARY KEY (tenant_id, document_id, ordinal),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id));

CREATE TABLE terms (
    tenant_id uuid NOT NULL, term text NOT NULL, id int NOT NULL, passages int NOT NULL,
    PRIMARY KEY (tenant_id, term)) WITH (fillfactor = 70);

CREATE TABLE passages (
    tenant_id uuid NOT NULL, number int NOT NULL, document_id uuid NOT NULL, ordinal int NOT NULL,
    headings text[] NOT NULL, first_char int NOT NULL, end_char int NOT NULL, text text NOT NULL,
    tokens smallint NOT NULL, terms int[] NOT NULL,
    PRIMARY KEY (tenant_id, number), UNIQUE (tenant_id, document_id, ordinal),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id)) PARTITION BY HASH (tenant_id);

CREATE TABLE postings (
    tenant_id uuid NOT NULL, term int NOT NULL, passage int NOT NULL, collection int NOT NULL,
    frequency smallint NOT NULL, tokens smallint NOT NULL,
    PRIMARY KEY (tenant_id, term, passage) INCLUDE (collection, frequency, tokens)) PARTITION BY HASH (tenant_id);

CREATE TABLE vectors (
    tenant_id uuid NOT NULL, passage int NOT NULL, collection int NOT NULL, bits bit(384) NOT NULL,
    vector public.halfvec(384) NOT NULL,
    PRIMARY KEY (tenant_id, passage) INCLUDE (collection, bits)) PARTITION BY HASH (tenant_id);
"""


def upgrade() -> None:
    script(_TABLES)
    partitions = [f"{table}_{number}" for table in PARTITIONED for number in range(PARTITIONS)]
    for partition in partitions:
        table, _, number = partition.rpartition("_")
        op.execute(
            f"CREATE TABLE {partition} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
    plain = ("corpora", "collections", "documents", "staged_passages", "terms")
    protect("nlp_gateway", [*plain, *PARTITIONED, *partitions])
    for partition in partitions:
        op.execute(f"REVOKE ALL ON {partition} FROM nlp_gateway_app")  # reached through its table alone
