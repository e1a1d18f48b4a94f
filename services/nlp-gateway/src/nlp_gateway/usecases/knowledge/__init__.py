"""What one can do with the knowledge base."""
