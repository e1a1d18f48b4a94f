"""What the REST routes of watching take and give; fields are those of the protobuf messages."""

from datetime import datetime

from pydantic import BaseModel, Field, SecretStr

from aam.domain.watching import LEAST_SECONDS, MOST_MINUTES, MOST_SECONDS, Watch, WatchedSync

EVERY_SECONDS, STALE_AFTER_MINUTES = 300, 1_440


class WatchBody(BaseModel):
    """Asks to watch an Airbyte deployment."""

    name: str = Field(min_length=1, max_length=120, examples=["airbyte"])
    url: str = Field(max_length=500, examples=["https://airbyte.example.com"])
    client_id: str = Field("", max_length=200, description="Of an application; or give a bearer token.")
    client_secret: SecretStr = Field(SecretStr(""), max_length=1000)
    bearer_token: SecretStr = Field(SecretStr(""), max_length=8000)
    every_seconds: int = Field(EVERY_SECONDS, ge=LEAST_SECONDS, le=MOST_SECONDS)
    stale_after_minutes: int = Field(
        STALE_AFTER_MINUTES, ge=1, le=MOST_MINUTES, description="For connections whose schedule has no interval."
    )

    def secret(self) -> dict[str, str]:
        """The credential."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret.get_secret_value(),
            "bearer_token": self.bearer_token.get_secret_value(),
        }


class WatchedSyncOut(BaseModel):
    """The last sync of one connection of the deployment."""

    external_id: str
    name: str
    status: str
    job_id: int
    job_status: str
    rows: int | None
    bytes: int | None
    start_time: datetime | None
    update_time: datetime | None
    warning: str

    @classmethod
    def of(cls, sync: WatchedSync) -> "WatchedSyncOut":
        """Show one."""
        return cls(
            external_id=sync.external_id,
            name=sync.name,
            status=sync.status,
            job_id=sync.job_id,
            job_status=sync.job_status,
            rows=sync.rows,
            bytes=sync.bytes,
            start_time=sync.started_at,
            update_time=sync.updated_at,
            warning=sync.warning,
        )


class WatchOut(BaseModel):
    """A watch, without its credential; `syncs` are those with a warning first, and empty in lists."""

    id: str
    name: str
    url: str
    every_seconds: int
    stale_after_minutes: int
    state: str
    error: str
    create_time: datetime
    check_time: datetime | None
    syncs: list[WatchedSyncOut]

    @classmethod
    def of(cls, watch: Watch, syncs: list[WatchedSync]) -> "WatchOut":
        """Show a watch."""
        return cls(
            id=str(watch.id),
            name=watch.name,
            url=watch.url,
            every_seconds=watch.every_seconds,
            stale_after_minutes=watch.stale_after_minutes,
            state=watch.state.value,
            error=watch.error,
            create_time=watch.created_at,
            check_time=watch.checked_at,
            syncs=[WatchedSyncOut.of(one) for one in syncs],
        )


class WatchesOut(BaseModel):
    """Every watch, newest first."""

    watches: list[WatchOut]
