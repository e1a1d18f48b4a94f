"""Credential locators: a tenant names a secret in its own part of a vault instead of handing it over.

`vault:crm/reader#password` is the field `password` of the secret `crm/reader` below the tenant's path. A tenant can
reach nothing else by a locator: neither another tenant's path nor the environment of this process.
"""

import re
from uuid import UUID

from aos_common.errors import DomainError, Kind
from aos_common.secrets.vault import Vault

__all__ = ["CredentialLocators", "LocatorRefused"]

TENANT = "{tenant}"
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_LOCATOR = re.compile(rf"vault:((?:{_PART}/){{0,8}}{_PART})#({_PART})")


class LocatorRefused(DomainError):
    """A credential locator names what a tenant may not reach, or nothing."""

    reason = "CREDENTIAL_LOCATOR_REFUSED"
    kind = Kind.PRECONDITION


class CredentialLocators:
    """Resolves locators below `vault+https://host/<mount>/data/…/{tenant}?token_file=…`; without a URL it refuses."""

    def __init__(self, url: str = "") -> None:
        self._vault: Vault | None = None
        self._base = ""
        if url:
            self._vault, self._base = Vault.from_url(url)
        if url and TENANT not in self._base.split("/"):
            raise ValueError("AOS_CONNECTOR_VAULT must have {tenant} as a part of its path, so that tenants stay apart")

    @staticmethod
    def check(locator: str) -> None:
        """Raise `LocatorRefused` unless the locator is one that could be resolved."""
        _parts(locator)

    async def resolve(self, tenant_id: UUID, locator: str) -> str:
        """Return the secret's text; raises `LocatorRefused` and `DependencyUnavailable`."""
        path, name = _parts(locator)
        if self._vault is None:
            raise LocatorRefused(
                "This installation has no vault for credentials.",
                hint="Enter the credential itself, or ask the operator to set AOS_CONNECTOR_VAULT.",
            )
        base = self._base.replace(TENANT, str(tenant_id))
        status, found = await self._vault.call("GET", f"{base}/{path}")
        value = (found.get("data") or {}).get(name) if status == 200 else None
        if not isinstance(value, str):
            raise LocatorRefused(
                f"{locator} names no secret of this tenant.", hint="Check the path and the field in the vault."
            )
        return value

    async def close(self) -> None:
        """Close the connection to the vault."""
        if self._vault is not None:
            await self._vault.close()


def _parts(locator: str) -> tuple[str, str]:
    if locator.startswith("env:"):
        raise LocatorRefused(
            "env: is not a place for a connector's credentials: an environment belongs to the installation.",
            hint="Enter the credential itself, or a locator such as vault:crm/reader#password.",
        )
    found = _LOCATOR.fullmatch(locator)
    if found is None or ".." in locator:
        raise LocatorRefused("The credential locator does not read.", hint="It looks like vault:path/of/secret#field.")
    return found[1], found[2]
