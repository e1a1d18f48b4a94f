"""Redaction without a server."""
