"""Every environment variable of AAM."""

from pathlib import Path

from aos_common.settings import SourceSettings
from pydantic import Field


class Settings(SourceSettings):
    """AAM's settings, beside those every service has."""

    quarantine_limit: int = Field(
        100_000, ge=0, description="Rows of one stream that a run may set aside before it fails."
    )
    streams_at_once: int = Field(2, ge=1, le=32, description="Streams of one run that are read at the same time.")
    runs_at_once: int = Field(2, ge=1, le=32, description="Jobs (syncs, first looks) a worker runs at the same time.")
    unapplied_batches: int = Field(
        512, ge=1, description="Announced batches of a tenant that no view has yet, at which no further stream is read."
    )
    landing_days: int = Field(
        7, ge=1, le=3650, description="Days for which landed and canonical files are kept, once the views have them."
    )
    projection_memory_mb: int = Field(
        64, ge=32, description="Memory of one stream's projection before it spills to disk, in MiB."
    )
    scratch_dir: Path | None = Field(
        None, description="Folder for canonical batches before they are uploaded, and for copies of files."
    )
