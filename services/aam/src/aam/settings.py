"""Every environment variable of AAM."""

import os
from pathlib import Path

from aos_common.settings import ServiceSettings
from pydantic import Field

LOCAL = "local"


class Settings(ServiceSettings):
    """AAM's settings, beside those every service has."""

    file_roots: str = Field(
        "",
        description="Folders that the files connector may read, separated by ':'; empty means everything on a local "
        "installation (AOS_ENV=local) and nothing on any other.",
    )
    quarantine_limit: int = Field(
        100_000, ge=0, description="Rows of one stream that a run may set aside before it fails."
    )
    streams_at_once: int = Field(2, ge=1, le=32, description="Streams of one run that are read at the same time.")
    runs_at_once: int = Field(2, ge=1, le=32, description="Jobs (syncs, first looks) a worker runs at the same time.")
    projection_memory_mb: int = Field(
        128, ge=64, description="Memory of one stream's projection before it spills to disk, in MiB."
    )
    scratch_dir: Path | None = Field(None, description="Folder for canonical batches before they are uploaded.")

    def roots(self) -> tuple[Path, ...]:
        """The folders that files may be read from."""
        if self.file_roots:
            return tuple(Path(root) for root in self.file_roots.split(os.pathsep) if root)
        return (Path("/"),) if self.env == LOCAL else ()
