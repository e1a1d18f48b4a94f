"""Every environment variable of AOD."""

from pathlib import Path

from aos_common.settings import ServiceSettings
from pydantic import Field

LOCAL = "local"


class Settings(ServiceSettings):
    """AOD's settings, beside those every service has."""

    scan_roots: str = Field(
        "",
        description="Folders that may be scanned, separated by commas; empty means everything on a local installation "
        "(AOS_ENV=local) and nothing on any other.",
    )
    scans_at_once: int = Field(2, ge=1, le=32, description="Scans a worker runs at the same time.")
    scans_unfinished: int = Field(20, ge=1, le=1000, description="Scans of one tenant that may wait or run.")

    def roots(self) -> tuple[Path, ...]:
        """The folders that may be scanned."""
        if self.scan_roots:
            return tuple(Path(root.strip()) for root in self.scan_roots.split(",") if root.strip())
        return (Path("/"),) if self.env == LOCAL else ()
