"""The tenant's knowledge base: collections, documents, passages."""
