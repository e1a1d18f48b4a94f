"""Redaction: Presidio with our recognisers, in a process of its own."""
