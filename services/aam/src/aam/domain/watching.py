"""Deployments of others that are watched: what is known of each of their connections, and what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from aos_common.errors import DomainError, Kind

LEAST_SECONDS, MOST_SECONDS = 60, 86_400
MOST_MINUTES = 366 * 24 * 60
FAILED = ("failed", "incomplete", "cancelled")
UNITS = {
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
    "MONTHS": timedelta(days=31),
}
BASIC = re.compile(r"(?:every )?([0-9]{1,6}) (minutes|hours|days|weeks|months)", re.IGNORECASE)


class WatchNotFound(DomainError):
    """The tenant has no watch with this id."""

    reason = "WATCH_NOT_FOUND"
    kind = Kind.NOT_FOUND


class WatchExists(DomainError):
    """The tenant already has a watch of this name."""

    reason = "WATCH_EXISTS"
    kind = Kind.CONFLICT


class InvalidWatch(DomainError):
    """A watch cannot be made of this."""

    reason = "INVALID_WATCH"
    kind = Kind.INVALID


class WatchFailed(DomainError):
    """The deployment could not be asked, or gave no sensible answer."""

    reason = "WATCH_FAILED"
    kind = Kind.UNAVAILABLE


class WatchState(StrEnum):
    """Whether the last look at the deployment worked."""

    PENDING = "pending"
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True)
class Watch:
    """A deployment that is looked at every so many seconds; without a credential."""

    id: UUID
    name: str
    url: str
    every_seconds: int
    stale_after_minutes: int
    created_at: datetime
    state: WatchState = WatchState.PENDING
    error: str = ""
    checked_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= 120 or "\x00" in self.name:
            raise InvalidWatch("A name has 1 to 120 characters.", hint="Choose a name that people recognise.")
        if not LEAST_SECONDS <= self.every_seconds <= MOST_SECONDS:
            raise InvalidWatch(
                f"{self.every_seconds} seconds is no interval.", hint=f"Choose {LEAST_SECONDS} to {MOST_SECONDS}."
            )
        if not 1 <= self.stale_after_minutes <= MOST_MINUTES:
            raise InvalidWatch(f"{self.stale_after_minutes} minutes is no age.", hint=f"Choose 1 to {MOST_MINUTES}.")
        _refuse_address(self.url)


@dataclass(frozen=True)
class WatchedSync:
    """The last sync of one connection of a watched deployment; `job_status` is empty when it never ran.

    `interval` is that of its schedule, if it has one; `manual` says that nobody expects it to run by itself.
    """

    external_id: str
    name: str
    status: str
    job_id: int = 0
    job_status: str = ""
    rows: int | None = None
    bytes: int | None = None
    started_at: datetime | None = None
    updated_at: datetime | None = None
    interval: timedelta | None = None
    manual: bool = False
    warning: str = ""


def warning_of(sync: WatchedSync, now: datetime, stale_after: timedelta) -> str:
    """What its owner should look at: a failure, or a last sync older than twice the schedule (or `stale_after`)."""
    if sync.status != "active":
        return ""
    if sync.job_status in FAILED:
        return f"The last sync {sync.job_status}."
    if sync.manual:
        return ""
    if not sync.job_status:
        return "It has never been synced."
    limit, last = 2 * sync.interval if sync.interval else stale_after, sync.updated_at or sync.started_at
    if last is not None and now - last > limit:
        return f"The last sync was on {last:%Y-%m-%d %H:%M} UTC; it should not be older than {_hours(limit)} hours."
    return ""


def interval_of(timing: str) -> timedelta | None:
    """The interval of a schedule such as "Every 24 HOURS"; None for a text that is none."""
    found = BASIC.fullmatch(timing.strip())
    return int(found[1]) * UNITS[found[2].upper()] if found else None


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:g}"


def _refuse_address(url: str) -> None:
    """Credentials go over https; plain HTTP is for addresses of this machine and of private networks alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = parts.scheme == "http" and (host == "localhost" or _is_private(host))
    known = not parts.query and not parts.username and not parts.password and not parts.fragment
    if not host or not known or len(url) > 500 or not (parts.scheme == "https" or plain):
        raise InvalidWatch(
            "The address must look like https://airbyte.example.com.",
            hint="Plain http is possible for private addresses alone; credentials have fields of their own.",
        )


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
