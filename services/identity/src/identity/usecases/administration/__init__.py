"""What owners and admins do beside users: the audit log, feature flags; and what operators do with signing keys."""
