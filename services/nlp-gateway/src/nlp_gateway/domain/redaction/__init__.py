"""Finding personal data and secrets in texts: rules that need no model."""
