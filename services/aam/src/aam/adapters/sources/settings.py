"""Settings of connectors: validated with pydantic, secrets taken apart so that they are stored and shown apart."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from aos_common.secrets import CredentialLocators
from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from aam.domain.errors import InvalidSettings
from aam.ports import Json


def _located(locator: str) -> str:
    if locator:
        CredentialLocators.check(locator)
    return locator


Locator = Annotated[str, AfterValidator(_located)]
"""Where a secret stands in the tenant's own vault, `vault:path#field`; empty where the setting itself holds it."""


LACKS = "missing_settings"
ROUNDS = 3


def lacks(what: str, names: Sequence[str]) -> PydanticCustomError:
    """What a settings model raises where other settings make these necessary."""
    return PydanticCustomError(
        LACKS, "{what} needs {told}", {"what": what, "told": ", ".join(names), "names": [*names]}
    )


def missing_of(model: type[BaseModel], settings: Json) -> tuple[str, ...]:
    """The settings that are not there, when nothing else is wrong, and those that these would make necessary."""
    found: list[str] = []
    for _ in range(ROUNDS):
        try:
            model.model_validate({**dict.fromkeys(found, "?"), **settings})
            break
        except ValidationError as error:
            items = error.errors(include_input=False, include_url=False)
        if any(
            item["type"] not in ("missing", LACKS) and item["loc"][:1] not in [(one,) for one in found]
            for item in items
        ):
            return ()
        more = [name for item in items for name in item.get("ctx", {}).get("names", item["loc"][:1])]
        if set(more) <= set(found):
            break
        found += [str(name) for name in more if name not in found]
    return tuple(found)


def endpoint_of(url: str) -> tuple[str, int]:
    """Host and port of an http(s) URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def public_and_secret(model: type[BaseModel], settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
    """Validated settings as (public, secret): every `SecretStr` field goes to the second.

    Raises `InvalidSettings` naming each wrong field, never its value.
    """
    try:
        checked = model.model_validate(dict(settings))
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        missing = missing_of(model, settings)
        raise InvalidSettings(
            f"The settings are not right: {told}.",
            hint="Read what they mean: aos connections connectors NAME.",
            missing=missing,
        ) from None
    public: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for name in type(checked).model_fields:
        value = getattr(checked, name)
        if isinstance(value, SecretStr):
            secret[name] = value.get_secret_value()
        elif value is not None:
            public[name] = value
    return public, secret
