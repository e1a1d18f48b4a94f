"""Every environment variable of the NLP gateway."""

from aos_common.settings import ConnectorSettings
from pydantic import Field


class Settings(ConnectorSettings):
    """The NLP gateway's settings, beside those every service has."""

    documents_unfinished: int = Field(
        200, ge=1, le=10_000, description="Documents of one tenant that may wait to be read in, at most."
    )
