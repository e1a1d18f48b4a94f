"""AOA: durable pipeline runs and the agents that read unified views."""
