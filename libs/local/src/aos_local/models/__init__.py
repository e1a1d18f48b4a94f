"""Models of language providers on loopback, which record what they are sent: `python -m aos_local.models`."""
