"""The use cases with their ports filled in, a class a topic: what REST and gRPC both call."""
