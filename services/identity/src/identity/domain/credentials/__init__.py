"""What people and programs prove who they are with."""
