"""The `aos` command."""
