"""Choosing and checking a provider."""
