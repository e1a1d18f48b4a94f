"""Readers of files that nobody vouches for. They run in a child process: see `reader.py`."""
