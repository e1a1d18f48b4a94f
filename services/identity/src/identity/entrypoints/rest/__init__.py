"""Identity over REST, a router a topic."""
