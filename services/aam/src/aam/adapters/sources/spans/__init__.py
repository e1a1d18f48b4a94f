"""Readings of what lies in a range, for backfills: one file a connector."""
