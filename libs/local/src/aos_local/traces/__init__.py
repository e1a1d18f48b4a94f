"""Traces on this machine: a receiver of OTLP that keeps the newest spans, and `aos traces` to look at them."""
