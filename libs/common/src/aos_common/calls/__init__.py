"""What surrounds every call, REST or gRPC: the audit of what it changed, its replay, the revocation of its token."""
