"""Understanding over REST, gRPC and as a command."""
