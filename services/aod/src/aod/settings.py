"""Every environment variable of AOD."""

from aos_common.settings import SourceSettings
from pydantic import Field


class Settings(SourceSettings):
    """AOD's settings, beside those every service has."""

    scans_at_once: int = Field(2, ge=1, le=32, description="Scans a worker runs at the same time.")
    scans_unfinished: int = Field(20, ge=1, le=1000, description="Scans of one tenant that may wait or run.")
