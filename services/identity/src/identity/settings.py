"""Every environment variable of identity."""

from pathlib import Path

from aos_common.settings import ServiceSettings
from pydantic import Field, SecretStr


class Settings(ServiceSettings):
    """Identity's settings, beside those every service has."""

    signing_key_file: Path = Field(description="PEM file of the RSA signing key; created when absent.")
    service_clients: dict[str, str] = Field(
        default_factory=dict, description="Client secrets of the services as JSON: {client id: secret}.", repr=False
    )
    credential_key: str = Field(
        "",
        description="Key that wraps the keys of stored secrets (second factors, mails, client secrets, signing "
        "keys): file:///run/secrets/key, env:NAME or vault+https://…; several by comma, the first wraps.",
    )
    audit_key: SecretStr = Field(
        min_length=32, description="Secret that seals the ends of the audit logs, 32 or more characters; never changes."
    )
    sign_in_failures: int = Field(
        100, ge=1, description="Failed sign-ins from one address in a quarter of an hour before it must wait."
    )
    key_days: int = Field(90, ge=1, le=3650, description="Days after which the signing key is replaced by itself.")
    hash_concurrency: int = Field(2, ge=1, le=64, description="Password hashes computed at once.")
    public_url: str = Field("http://127.0.0.1:8080", description="The platform's address, as mails name it.")
    egress_allow: str = Field(
        "",
        description="Private networks, addresses and hosts where tenants' identity providers may be, by comma, each "
        "with a port if one will do: 10.20.0.0/16, login.internal:443. Public addresses need no entry.",
    )
    mail_url: SecretStr = Field(
        SecretStr("outbox:"),
        description="Where mail goes: outbox: (kept for `python -m identity mail`), smtp://user:password@host:587 "
        "(?tls=required, ?ca=/path.pem) or smtps://host:465.",
    )
    mail_from: str = Field("AutonomOS <no-reply@autonomos.local>", description="Sender of mails.")
