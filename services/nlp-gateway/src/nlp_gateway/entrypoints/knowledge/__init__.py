"""The knowledge base over REST, gRPC, jobs and the command line."""
