"""Tenants, users, sign-in and tokens."""
