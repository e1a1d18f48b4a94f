"""Providers over REST."""
