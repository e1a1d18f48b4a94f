"""Connections: the listener's and the upstreams' encryption, addresses and bounds."""
