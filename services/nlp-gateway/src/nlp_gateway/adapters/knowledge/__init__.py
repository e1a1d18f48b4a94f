"""The knowledge base in PostgreSQL, in object storage, and in the processes that read files."""
