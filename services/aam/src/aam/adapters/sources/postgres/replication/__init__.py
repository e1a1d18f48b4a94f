"""Following a PostgreSQL table by logical replication."""
