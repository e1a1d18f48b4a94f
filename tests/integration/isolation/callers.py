"""Those who try: nobody, strangers of other tenants, and every role of one tenant."""

from dataclasses import dataclass, field
from typing import Any

from aos import Client
from aos_access.roles import INTERNAL, ROLES

PUBLIC_ROLES = tuple(role for role in ROLES if role != INTERNAL)


@dataclass
class Caller:
    """A signed-in caller. `sent` grows by what they have said, since an answer may repeat that."""

    name: str
    client: Client
    sent: set[str] = field(default_factory=set)

    @property
    def token(self) -> str:
        """The access token."""
        tokens = self.client.transport.tokens
        assert tokens is not None
        return tokens.access

    def renew(self) -> None:
        """Sign in again, or exchange the key again, once what was tried has ended the session."""
        self.client.transport._renew(self.client.transport.tokens)


def program(stack: Any, owner: Client, role: str) -> Client:
    """Return a client of a program with a role, in the tenant of `owner`."""
    robot = owner.service_accounts.create(f"robot of {role}", [role])
    key = owner.service_accounts.create_key(robot["id"], "key")
    client = Client(stack.url, api_key=key["key"])
    client.me()  # exchanges the key
    stack.clients.append(client)
    return client


def strangers(stack: Any, tenants: int) -> list[Caller]:
    """Return the owner of each of so many new tenants, and a program that is admin of the first."""
    owners = [Caller(f"owner of tenant {number}", stack.sign_up()) for number in range(tenants)]
    for one in owners:
        assert one.client.views.list()  # opens the tenant's lake, one after the other
    return [*owners, Caller("admin of tenant 0", program(stack, owners[0].client, "admin"))]
