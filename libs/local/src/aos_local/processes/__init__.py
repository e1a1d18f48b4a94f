"""Ports, child processes and the record of what runs."""
