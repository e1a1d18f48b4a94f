"""One's own password and sessions."""

from dataclasses import dataclass
from uuid import UUID

from aos_common.auth import Caller

from identity.domain.account import User
from identity.domain.errors import NotFound
from identity.domain.session import Origin, Session, session_ended
from identity.entrypoints.api.ids import parse_id
from identity.ports import (
    Accounts,
    Attempts,
    Clock,
    PasswordHasher,
    PasswordJudge,
    PasswordResets,
    Sessions,
    Users,
)
from identity.usecases.passwords.ask_reset import ask_reset
from identity.usecases.passwords.change_password import change_password
from identity.usecases.passwords.reset_password import reset_password


@dataclass(frozen=True)
class CredentialsApi:
    """What every user may do about themselves, and resets, which know nobody yet."""

    accounts: Accounts
    users: Users
    resets: PasswordResets
    sessions: Sessions
    judge: PasswordJudge
    hasher: PasswordHasher
    attempts: Attempts
    clock: Clock
    public_url: str

    async def change_password(self, caller: Caller, current: str, new: str, origin: Origin) -> None:
        """Change the caller's password; every other session ends."""
        await change_password(
            await self.user(caller),
            current,
            new,
            session_of(caller),
            origin,
            users=self.users,
            judge=self.judge,
            hasher=self.hasher,
            attempts=self.attempts,
            clock=self.clock,
        )

    async def forgot(self, email: str) -> None:
        """Send a reset to the address, if it is somebody's; the answer is the same if not."""
        await ask_reset(email, self.public_url, accounts=self.accounts, resets=self.resets, clock=self.clock)

    async def reset(self, ticket: str, password: str) -> None:
        """Choose a new password with the ticket from the mail."""
        await reset_password(
            ticket,
            password,
            accounts=self.accounts,
            resets=self.resets,
            judge=self.judge,
            hasher=self.hasher,
            clock=self.clock,
        )

    async def list_sessions(self, caller: Caller) -> list[Session]:
        """The caller's sessions, the one used last first."""
        user = await self.user(caller)
        return await self.sessions.list(user.tenant_id, user.id, self.clock())

    async def end_session(self, caller: Caller, session_id: str) -> None:
        """End one of the caller's sessions."""
        user = await self.user(caller)
        if not await self.sessions.end(user.tenant_id, user.id, parse_id(session_id), self.clock()):
            raise NotFound("You have no such session.", hint="aos sessions list shows yours.")

    async def end_others(self, caller: Caller) -> int:
        """End the caller's sessions but this one; return how many."""
        user = await self.user(caller)
        return await self.sessions.end_all(user.tenant_id, user.id, self.clock(), keep=session_of(caller))

    async def user(self, caller: Caller) -> User:
        """Return the caller as a user; raise `SessionEnded` for a service account or a user who is gone."""
        try:
            found = await self.accounts.get_user(caller.tenant_id, UUID(caller.subject))
        except ValueError:
            found = None
        if found is None or found.disabled_at is not None:
            raise session_ended()
        return found


def session_of(caller: Caller) -> UUID | None:
    """Return the session a verified token belongs to; None for one issued before tokens named it."""
    return UUID(caller.session) if caller.session else None
