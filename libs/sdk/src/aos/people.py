"""The parts of the client about access: people, their sessions and second factors, and programs with keys."""

from collections.abc import Iterator, Sequence
from typing import Any

from aos.transport import Tokens, Transport

__all__ = ["IdentityProviders", "Invitations", "Password", "SecondFactor", "ServiceAccounts", "Sessions", "Users"]


class Users:
    """The users of the tenant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Any]:
        """Yield users in the order they came."""
        return self._transport.pages("/api/v1/auth/users", "users")

    def get(self, user_id: str) -> Any:
        """Return one user."""
        return self._transport.get(f"/api/v1/auth/users/{user_id}")

    def change_roles(self, user_id: str, roles: Sequence[str]) -> Any:
        """Give a user other roles and return them."""
        return self._transport.put(f"/api/v1/auth/users/{user_id}/roles", {"roles": list(roles)})

    def disable(self, user_id: str) -> Any:
        """End a user's sessions and let them sign in no more."""
        return self._transport.post(f"/api/v1/auth/users/{user_id}/disable")

    def enable(self, user_id: str) -> Any:
        """Let a user sign in again."""
        return self._transport.post(f"/api/v1/auth/users/{user_id}/enable")

    def end_sessions(self, user_id: str) -> int:
        """End every session of a user; return how many."""
        return int(self._transport.delete(f"/api/v1/auth/users/{user_id}/sessions")["ended"])

    def clear_second_factor(self, user_id: str) -> None:
        """Turn off the second factor of a user who lost it."""
        self._transport.delete(f"/api/v1/auth/users/{user_id}/totp")

    def remove(self, user_id: str) -> None:
        """Remove a user."""
        self._transport.delete(f"/api/v1/auth/users/{user_id}")


class Invitations:
    """Invitations of further users, by e-mail."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, email: str, roles: Sequence[str]) -> Any:
        """Invite somebody; the ticket is in the mail alone."""
        return self._transport.post("/api/v1/auth/invitations", {"email": email, "roles": list(roles)})

    def list(self) -> Iterator[Any]:
        """Yield the invitations that wait."""
        return self._transport.pages("/api/v1/auth/invitations", "invitations")

    def withdraw(self, invitation_id: str) -> None:
        """Withdraw an invitation."""
        self._transport.delete(f"/api/v1/auth/invitations/{invitation_id}")

    def accept(self, ticket: str, password: str) -> Any:
        """Become a user of the tenant that invited, sign in as that user, and return it."""
        answer = self._transport.post("/api/v1/auth/invitations/accept", {"ticket": ticket, "password": password})
        self._transport.use(Tokens(answer["access_token"], answer["refresh_token"]))
        return answer["user"]


class Password:
    """One's own password."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def change(self, current: str, new: str) -> None:
        """Change it; every other session ends."""
        body = {"current_password": current, "new_password": new}
        self._transport.post("/api/v1/auth/password/change", body)

    def forgot(self, email: str) -> None:
        """Have a reset sent to the address, if somebody signs in with it."""
        self._transport.post("/api/v1/auth/password/forgot", {"email": email})

    def reset(self, ticket: str, password: str) -> None:
        """Choose a new password with the ticket from the mail; every session ends."""
        self._transport.post("/api/v1/auth/password/reset", {"ticket": ticket, "password": password})


class Sessions:
    """One's own sessions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every session, the one used last first."""
        return self._transport.get("/api/v1/auth/sessions")["sessions"]

    def end(self, session_id: str) -> None:
        """End one session."""
        self._transport.delete(f"/api/v1/auth/sessions/{session_id}")

    def end_others(self) -> int:
        """End every session but this one; return how many."""
        return int(self._transport.delete("/api/v1/auth/sessions")["ended"])


class SecondFactor:
    """One's own second factor: codes of an authenticator app."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def state(self) -> Any:
        """Return whether it is on (`enabled`), and `recovery_codes_left`."""
        return self._transport.get("/api/v1/auth/totp")

    def begin(self, password: str) -> Any:
        """Return a new `secret` and its otpauth `uri`, this once; sign-in asks for codes after `confirm`."""
        return self._transport.post("/api/v1/auth/totp", {"password": password})

    def confirm(self, code: str) -> list[str]:
        """Turn it on with the app's first code and return the recovery codes, this once."""
        return list(self._transport.post("/api/v1/auth/totp/confirm", {"code": code})["recovery_codes"])

    def disable(self, password: str, code: str) -> None:
        """Turn it off."""
        self._transport.post("/api/v1/auth/totp/disable", {"password": password, "code": code})


class ServiceAccounts:
    """Programs that work for the tenant, and their API keys."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every service account with its keys."""
        return self._transport.get("/api/v1/auth/service-accounts")["service_accounts"]

    def create(self, name: str, roles: Sequence[str]) -> Any:
        """Create a service account."""
        return self._transport.post("/api/v1/auth/service-accounts", {"name": name, "roles": list(roles)})

    def remove(self, account_id: str) -> None:
        """Remove a service account with its keys."""
        self._transport.delete(f"/api/v1/auth/service-accounts/{account_id}")

    def create_key(self, account_id: str, name: str, days: int | None = 90) -> Any:
        """Create a key and return it with its text (`key`), which nobody can read again."""
        body = {"name": name, "days": days}
        return self._transport.post(f"/api/v1/auth/service-accounts/{account_id}/keys", body)

    def revoke_key(self, account_id: str, key_id: str) -> None:
        """Revoke a key."""
        self._transport.delete(f"/api/v1/auth/service-accounts/{account_id}/keys/{key_id}")


class IdentityProviders:
    """The tenant's own OpenID Connect providers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every provider."""
        return self._transport.get("/api/v1/admin/identity-providers")["identity_providers"]

    def create(self, name: str, issuer: str, client_id: str, client_secret: str = "", **settings: Any) -> Any:
        """Add a provider; `settings` are scopes, group_claim, role_map, default_roles and domains."""
        body = {"name": name, "issuer": issuer, "client_id": client_id, "client_secret": client_secret}
        return self._transport.post("/api/v1/admin/identity-providers", body | settings)

    def change(self, provider_id: str, settings: dict[str, Any]) -> Any:
        """Replace a provider's settings; without a client secret the known one stays."""
        return self._transport.put(f"/api/v1/admin/identity-providers/{provider_id}", settings)

    def remove(self, provider_id: str) -> None:
        """Remove a provider; its users stay and sign on no more."""
        self._transport.delete(f"/api/v1/admin/identity-providers/{provider_id}")
