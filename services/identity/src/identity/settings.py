"""Every environment variable of identity."""

from pathlib import Path

from aos_common.settings import ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """Identity's settings, beside those every service has."""

    signing_key_file: Path = Field(description="PEM file of the RSA signing key; created when absent.")
    service_clients: dict[str, str] = Field(
        default_factory=dict, description="Client secrets of the services as JSON: {client id: secret}.", repr=False
    )
    hash_concurrency: int = Field(2, ge=1, le=64, description="Password hashes computed at once.")
