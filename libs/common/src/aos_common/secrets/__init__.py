"""Secrets at rest in envelopes, the keys that wrap them, and the secrets that tenants keep in a vault of their own."""

from aos_common.secrets.box import SecretBox
from aos_common.secrets.keys import KeyRing, KeyWrapper, LocalKeys, SecretUnreadable, Wrapped, keys_from
from aos_common.secrets.locators import CredentialLocators, LocatorRefused
from aos_common.secrets.vault import TransitKeys, Vault

__all__ = [
    "CredentialLocators",
    "KeyRing",
    "KeyWrapper",
    "LocalKeys",
    "LocatorRefused",
    "SecretBox",
    "SecretUnreadable",
    "TransitKeys",
    "Vault",
    "Wrapped",
    "keys_from",
]
