"""Every environment variable of DCL."""

from aos_common.settings import ServiceSettings
from pydantic import Field, SecretStr


class Settings(ServiceSettings):
    """DCL's settings, beside those every service has."""

    lake_catalog_url: SecretStr = Field(description="postgresql:// URL of the lakes' catalogue database.")
    lake_memory: str = Field("512MB", description="Memory one tenant's DuckDB may use before it spills to disk.")
    lake_threads: int = Field(2, ge=1, le=64, description="Threads one tenant's DuckDB uses.")
