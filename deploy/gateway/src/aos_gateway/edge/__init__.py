"""What happens to a request: its route, its token, its limits, and the answers the gateway gives itself."""
