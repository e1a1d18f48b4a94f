"""PostgreSQL: tables and views as streams, by key ranges, by a cursor column, or by logical replication."""

from aam.adapters.sources.postgres.connector import PostgresConnector

__all__ = ["PostgresConnector"]
