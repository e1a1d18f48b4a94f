"""The gateway: one route table, and the Envoy configuration made from it."""
