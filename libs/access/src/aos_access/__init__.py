"""Who may do what, and which doors the platform has."""
