"""The users of a tenant, and invitations of further ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import PermissionDenied
from aos_common.paging import decode_token, encode_token, page_size

from identity.domain.account import User
from identity.domain.errors import NotFound
from identity.domain.invitation import Invitation
from identity.entrypoints.api.ids import parse_id
from identity.ports import Accounts, Clock, Invitations, PasswordHasher, PasswordJudge, Sessions, Users
from identity.usecases.invitations.accept_invitation import accept_invitation
from identity.usecases.invitations.invite import invite
from identity.usecases.users.change_roles import change_roles
from identity.usecases.users.end_sessions import end_sessions
from identity.usecases.users.remove_user import remove_user
from identity.usecases.users.set_enabled import set_enabled


@dataclass(frozen=True)
class UsersApi:
    """Administration of people; whoever asks is checked by permission here and by role in the use cases."""

    accounts: Accounts
    users: Users
    invitations: Invitations
    sessions: Sessions
    judge: PasswordJudge
    hasher: PasswordHasher
    clock: Clock
    public_url: str

    async def page(self, caller: Caller, size: int, token: str) -> tuple[list[User], str]:
        """A page of users in the order they came, and the token of the next."""
        require(caller, Permission.USERS_READ)
        limit = page_size(size)
        found = await self.users.page(caller.tenant_id, limit + 1, _after(token))
        return found[:limit], encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""

    async def get(self, caller: Caller, user_id: str) -> User:
        """One user."""
        require(caller, Permission.USERS_READ)
        found = await self.accounts.get_user(caller.tenant_id, parse_id(user_id))
        if found is None:
            raise NotFound("There is no such user.", hint="aos users list shows whom there is.")
        return found

    async def change_roles(self, caller: Caller, user_id: str, roles: Sequence[str]) -> User:
        """Give a user other roles."""
        require(caller, Permission.USERS_MANAGE)
        wanted = parse_id(user_id)
        return await change_roles(caller.tenant_id, wanted, roles, caller.roles, users=self.users, clock=self.clock)

    async def set_enabled(self, caller: Caller, user_id: str, *, enabled: bool) -> User:
        """Let a user sign in, or not."""
        require(caller, Permission.USERS_MANAGE)
        wanted = parse_id(user_id)
        return await set_enabled(
            caller.tenant_id, wanted, caller.roles, enabled=enabled, users=self.users, clock=self.clock
        )

    async def remove(self, caller: Caller, user_id: str) -> None:
        """Remove a user."""
        require(caller, Permission.USERS_MANAGE)
        await remove_user(caller.tenant_id, parse_id(user_id), caller.roles, users=self.users, clock=self.clock)

    async def end_sessions(self, caller: Caller, user_id: str) -> int:
        """End every session of a user; return how many."""
        require(caller, Permission.USERS_MANAGE)
        return await end_sessions(
            caller.tenant_id,
            parse_id(user_id),
            caller.roles,
            accounts=self.accounts,
            sessions=self.sessions,
            clock=self.clock,
        )

    async def invite(self, caller: Caller, email: str, roles: Sequence[str]) -> Invitation:
        """Invite somebody in the caller's name."""
        require(caller, Permission.USERS_MANAGE)
        host = await self.accounts.get_user(caller.tenant_id, parse_id(caller.subject))
        if host is None:
            raise PermissionDenied("Only a person invites.", hint="Sign in as a user to invite somebody.")
        return await invite(email, roles, host, self.public_url, invitations=self.invitations, clock=self.clock)

    async def invitations_page(self, caller: Caller, size: int, token: str) -> tuple[list[Invitation], str]:
        """A page of invitations that wait, and the token of the next."""
        require(caller, Permission.USERS_READ)
        limit = page_size(size)
        found = await self.invitations.page(caller.tenant_id, limit + 1, _after(token), self.clock())
        return found[:limit], encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""

    async def withdraw(self, caller: Caller, invitation_id: str) -> None:
        """Withdraw an invitation."""
        require(caller, Permission.USERS_MANAGE)
        await self.invitations.withdraw(caller.tenant_id, parse_id(invitation_id))

    async def accept(self, ticket: str, password: str) -> User:
        """Turn an invitation into a user."""
        return await accept_invitation(
            ticket,
            password,
            accounts=self.accounts,
            invitations=self.invitations,
            judge=self.judge,
            hasher=self.hasher,
            clock=self.clock,
        )


def _after(token: str) -> UUID | None:
    values = decode_token(token, 1)
    return parse_id(str(values[0])) if values else None
