"""The provider of language models that a tenant chose."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from nlp_gateway.domain.providers.errors import ProviderInvalid

__all__ = ["KINDS", "VENDOR_URLS", "Provider", "checked_key", "checked_provider", "needs_key_again"]

COMPATIBLE = "openai_compatible"
VENDOR_URLS = {
    "openai": "https://api.openai.com/v1",
    "gemini": "https://generativelanguage.googleapis.com",
    "anthropic": "https://api.anthropic.com",
}
KINDS = (*VENDOR_URLS, COMPATIBLE)
MAX_KEY = 1_000
_MODEL = re.compile(r"[A-Za-z0-9][\w./:@+-]{0,199}")


@dataclass(frozen=True)
class Provider:
    """A configured model: one of KINDS, the model's name there, and the API's base address.

    `id` is new with each change. The API key is kept apart and is never shown.
    """

    id: UUID
    kind: str
    model: str
    url: str
    updated_at: datetime
    updated_by: str

    @property
    def label(self) -> str:
        """How answers name it."""
        return f"{self.kind}:{self.model}"


def checked_provider(kind: str, model: str, url: str) -> tuple[str, str, str]:
    """Return kind, model and base address as they are kept; the vendor's own where none is given.

    Raises ProviderInvalid.
    """
    if kind not in KINDS:
        raise ProviderInvalid(f"There is no kind of provider {kind[:40]!r}.", hint=f"Use one of {', '.join(KINDS)}.")
    if not _MODEL.fullmatch(model):
        raise ProviderInvalid(
            f"{model[:40]!r} is no name of a model.", hint="Give the name that the provider lists, e.g. gpt-5-mini."
        )
    address = url.strip().rstrip("/") or VENDOR_URLS.get(kind, "")
    if not address:
        raise ProviderInvalid(
            f"{kind} needs the address of its API.", hint="Give its URL, e.g. https://models.corp/v1."
        )
    return kind, model, _checked_url(address)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or len(url) > 500:
        raise ProviderInvalid("The URL does not read.", hint="Give it as https://host[:port]/path.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ProviderInvalid(
            "The URL holds more than an address.", hint="Leave out user, password, ? and #; the key is given apart."
        )
    return url


def checked_key(key: str) -> str:
    """Return an API key without surrounding space; raises ProviderInvalid."""
    stripped = key.strip()
    if not 1 <= len(stripped) <= MAX_KEY or not stripped.isascii() or any(one.isspace() for one in stripped):
        raise ProviderInvalid(
            f"The API key has to be 1 to {MAX_KEY} characters without spaces.", hint="Copy it again from the provider."
        )
    return stripped


def needs_key_again(kept: Provider, kind: str, url: str) -> bool:
    """Whether the kept key may not be used with a change: a key goes only where its owner sent it."""
    return (kept.kind, kept.url) != (kind, url)
