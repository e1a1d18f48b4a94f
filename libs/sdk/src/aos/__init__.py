"""Python client of AutonomOS.

with aos.Client("http://127.0.0.1:8080") as client:
    client.sign_in("me@example.com", "my password")
    for row in client.views.query("account", filters=[("industry", "eq", "retail")]):
        print(row["account_name"])
"""

from aos.client import Client
from aos.errors import AosError

__all__ = ["AosError", "Client"]
