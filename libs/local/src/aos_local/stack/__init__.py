"""What the platform consists of: each component's command, environment, readiness and order."""
