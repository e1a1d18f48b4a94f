"""The conformance kit: one suite that every connector passes against a real source.

It asks what Airbyte's connector acceptance tests and the tap tests of Singer's SDK ask at their strictest: settings,
check, discovery, shapes, keys, equal readings, every saved state, broken states, changes, secrets, no write.
"""

from aam.adapters.conformance.subject import Subject
from aam.adapters.conformance.suite import CHECKS, Check, table

__all__ = ["CHECKS", "Check", "Subject", "table"]
