"""Talking to Salesforce: connections, sessions, budget, retries, and what its refusals mean."""
