"""Every environment variable of AOA."""

from pathlib import Path

from aos_common.settings import ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """AOA's settings, beside those every service has."""

    temporal_address: str = Field("127.0.0.1:7233", description="host:port of Temporal's frontend.")
    temporal_namespace: str = Field("default", description="Namespace of Temporal.")
    temporal_task_queue: str = Field("aoa", description="Task queue of the pipeline's workers.")
    temporal_tls: bool = Field(False, description="Speak TLS to Temporal; a file below means it, too.")
    temporal_tls_ca: Path | None = Field(
        None, description="PEM file with the authority of Temporal's certificate; empty trusts the system's."
    )
    temporal_tls_cert: Path | None = Field(None, description="PEM file with the certificate to show to Temporal.")
    temporal_tls_key: Path | None = Field(None, description="PEM file with its key.")
    heartbeat_seconds: float = Field(
        10.0, ge=1, le=300, description="Silence after which a step's worker is taken for dead and another takes over."
    )
    poll_seconds: float = Field(0.5, gt=0, le=60, description="Seconds between two looks at syncs and ingestion.")
    unify_patience_seconds: float = Field(
        300.0, gt=0, description="Seconds without progress after which waiting for the views fails."
    )
    concurrent_steps: int = Field(8, ge=1, le=200, description="Steps of runs that one worker does at once.")
