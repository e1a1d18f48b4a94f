"""Providers of language models: which a tenant chose, and what may be said of one."""
