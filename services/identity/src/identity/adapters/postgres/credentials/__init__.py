"""Passwords' resets, second factors, API keys and identity providers at rest."""
