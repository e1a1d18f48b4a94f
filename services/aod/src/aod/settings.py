"""Every environment variable of AOD."""

from pathlib import Path

from aos_common.folders import AllowedFolders
from aos_common.settings import ConnectorSettings
from pydantic import Field


class Settings(ConnectorSettings):
    """AOD's settings, beside those every service has."""

    scan_roots: str = Field(
        "",
        description="Folders that may be scanned, separated by commas; empty means none.",
    )
    scans_at_once: int = Field(2, ge=1, le=32, description="Scans a worker runs at the same time.")
    scans_unfinished: int = Field(20, ge=1, le=1000, description="Scans of one tenant that may wait or run.")

    def folders(self) -> AllowedFolders:
        """The folders that may be scanned."""
        roots = (Path(root.strip()) for root in self.scan_roots.split(",") if root.strip())
        return AllowedFolders(roots, self.never_read())
