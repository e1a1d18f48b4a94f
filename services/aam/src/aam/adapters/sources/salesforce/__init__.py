"""Salesforce's objects as streams."""
