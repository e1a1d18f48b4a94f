"""Every environment variable of DCL."""

from aos_common.settings import ServiceSettings
from pydantic import Field, SecretStr


class Settings(ServiceSettings):
    """DCL's settings, beside those every service has."""

    lake_catalog_url: SecretStr = Field(
        description="postgresql:// URL of `dcl_lake` in the lakes' catalogue database, straight to PostgreSQL. "
        "It makes the tenants' roles; their passwords are derived from its own."
    )
    lake_memory: str = Field("512MB", description="Memory one tenant's DuckDB may use before it spills to disk.")
    lake_threads: int = Field(2, ge=1, le=64, description="Threads one tenant's DuckDB uses.")
    lake_connections: int = Field(
        32, ge=4, le=1000, description="Connections to the catalogue one tenant's role may hold, over all processes."
    )
