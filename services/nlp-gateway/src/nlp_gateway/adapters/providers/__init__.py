"""Providers: the sealed configuration, and the one boundary to their libraries."""
