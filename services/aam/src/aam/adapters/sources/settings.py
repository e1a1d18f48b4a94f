"""Settings of connectors: validated with pydantic, secrets taken apart so that they are stored and shown apart."""

from typing import Annotated, Any

from aos_common.secrets import CredentialLocators
from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError

from aam.domain.errors import InvalidSettings
from aam.ports import Json


def _located(locator: str) -> str:
    if locator:
        CredentialLocators.check(locator)
    return locator


Locator = Annotated[str, AfterValidator(_located)]
"""Where a secret stands in the tenant's own vault, `vault:path#field`; empty where the setting itself holds it."""


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
        raise InvalidSettings(f"The settings are not right: {told}.", hint="See the connector's schema.") from None
    public: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for name in type(checked).model_fields:
        value = getattr(checked, name)
        if isinstance(value, SecretStr):
            secret[name] = value.get_secret_value()
        elif value is not None:
            public[name] = value
    return public, secret
