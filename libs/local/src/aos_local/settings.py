"""What the embedded platform reads from the environment, and where it keeps its things.

Read (all optional):

| variable | meaning |
|---|---|
| `AOS_HOME` | the platform's folder; default `.aos` in the current folder |
| `AOS_PUBLIC_PORT` | the gateway's port; default 8080 or the next free one |
| `AOS_PUBLIC_HOST` | the gateway's address; default 127.0.0.1 |
| `AOS_POSTGRES_ADMIN_URL` | a PostgreSQL 16+ of your own, as a role that may create roles and databases |
| `AOS_REDIS_URL` | a Valkey or Redis of your own |
| `AOS_TEMPORAL_ADDRESS` | a Temporal of your own, `host:port` |
| `AOS_OBJECTS_URL` | an object store of your own, `s3://bucket/prefix` or `file:///folder` |
| `AOS_RATE_TENANT` | requests per second and burst of one tenant, `200/400` |
| `AOS_RATE_WRITES` | those of them that change something, `50/100` |
| `AOS_RATE_SIGN_IN` | sign-ins, registrations and the like from one address, `5/20`; on loopback `100/400` |
| `AOS_LOCAL_SERVICES` | the services to start, by comma; default all |
| `AOS_CONSOLE_ROOT` | the built web console to serve; default `console/dist` of the project, if `make setup` made it |
| `AOS_OTLP_ENDPOINT` | an OTLP/HTTP receiver of your own, `http://host:4318/v1/traces`; else `aos traces` has them |
| `AOS_TRACE_SAMPLE` | share of requests that are traced; here 1 |

What each service is handed is listed in `aos_local.stack.services`; other `AOS_*` variables reach it unchanged.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aos_common.errors import DomainError, Kind
from aos_gateway.routes import SERVICES
from aos_gateway.settings import Rate, RateLimits, SettingsRefused

__all__ = [
    "CONSOLE_SOURCE",
    "DEFAULT_PUBLIC_PORT",
    "SERVICES",
    "Home",
    "LocalSettings",
    "SettingRefused",
    "private_folder",
]

DEFAULT_PUBLIC_PORT = 8080
CONSOLE_SOURCE = Path(__file__).resolve().parent.joinpath(*[".."] * 4, "console").resolve()
"""The web console in the project's checkout."""


class SettingRefused(DomainError):
    """An environment variable has a value that cannot be used."""

    reason = "SETTING_REFUSED"
    kind = Kind.INVALID


@dataclass(frozen=True)
class Home:
    """The platform's folder and what lies where in it."""

    root: Path

    @property
    def data(self) -> Path:
        """One folder a component; survives restarts."""
        return self.root / "data"

    @property
    def traces(self) -> Path:
        """The file of spans behind `aos traces`."""
        return self.data / "traces" / "spans.sqlite"

    @property
    def logs(self) -> Path:
        """One file a component."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """State, ports and generated configuration of the current run."""
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, readable by the owner alone."""
        return self.root / "secrets"

    @property
    def state_file(self) -> Path:
        """What runs now."""
        return self.run / "state.json"

    @property
    def sockets(self) -> Path:
        """A short folder outside the project: a Unix socket's path may have 100 characters."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"aos-{os.geteuid()}-{digest}"

    def log(self, component: str) -> Path:
        """The log file of a component."""
        return self.logs / f"{component}.log"

    def create(self) -> None:
        """Create the folders; none of it belongs into version control. Raises SettingRefused."""
        try:
            for folder in (self.root, self.data, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
            (self.root / ".gitignore").write_text("*\n")
        except OSError as error:
            raise SettingRefused(
                f"{self.root} cannot be used ({error.strerror}).", hint="Set AOS_HOME to a folder that you may write."
            ) from None


def private_folder(folder: Path) -> None:
    """Create a folder for this user alone; raises SettingRefused when another user has made it first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise SettingRefused(f"{folder} belongs to another user.", hint="Set TMPDIR to a folder of your own.")


@dataclass(frozen=True)
class LocalSettings:
    """The choices of `aos up`; a backing service with an address of its own is not started."""

    home: Home
    public_host: str = "127.0.0.1"
    public_port: int | None = None
    postgres_admin_url: str | None = None
    redis_url: str | None = None
    temporal_address: str | None = None
    objects_url: str | None = None
    otlp_endpoint: str | None = None
    trace_sample: float = 1.0
    console_root: Path = CONSOLE_SOURCE / "dist"
    services: tuple[str, ...] = SERVICES
    rates: RateLimits = field(default_factory=RateLimits)

    @classmethod
    def read(cls, environment: Mapping[str, str], home: Path | None = None) -> "LocalSettings":
        """Read the environment; raises SettingRefused."""
        root = home or Path(environment.get("AOS_HOME") or ".aos")
        return cls(
            home=Home(root.expanduser().resolve()),
            public_host=environment.get("AOS_PUBLIC_HOST") or "127.0.0.1",
            public_port=_port(environment.get("AOS_PUBLIC_PORT")),
            postgres_admin_url=environment.get("AOS_POSTGRES_ADMIN_URL") or None,
            redis_url=environment.get("AOS_REDIS_URL") or None,
            temporal_address=environment.get("AOS_TEMPORAL_ADDRESS") or None,
            objects_url=environment.get("AOS_OBJECTS_URL") or None,
            otlp_endpoint=environment.get("AOS_OTLP_ENDPOINT") or None,
            trace_sample=_share(environment.get("AOS_TRACE_SAMPLE")),
            console_root=_console_root(environment.get("AOS_CONSOLE_ROOT")),
            services=_services(environment.get("AOS_LOCAL_SERVICES")),
            rates=_rates(environment),
        )


def _console_root(text: str | None) -> Path:
    return Path(text).expanduser().resolve() if text else CONSOLE_SOURCE / "dist"


def _share(text: str | None) -> float:
    try:
        share = float(text or 1)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise SettingRefused(f"AOS_TRACE_SAMPLE is '{text}'.", hint="Give a number from 0 to 1.")
    return share


def _port(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingRefused(f"AOS_PUBLIC_PORT is '{text}'.", hint="Give a number from 1 to 65535.")
    return int(text)


def _rates(environment: Mapping[str, str]) -> RateLimits:
    """Everybody on one's own machine signs in from the same address, which therefore gets more room there."""
    host = environment.get("AOS_PUBLIC_HOST") or "127.0.0.1"
    limits = RateLimits(sign_in=Rate(100, 400)) if host in {"127.0.0.1", "localhost", "::1"} else RateLimits()
    return RateLimits(
        tenant=_rate(environment, "AOS_RATE_TENANT", limits.tenant),
        writes=_rate(environment, "AOS_RATE_WRITES", limits.writes),
        sign_in=_rate(environment, "AOS_RATE_SIGN_IN", limits.sign_in),
    )


def _rate(environment: Mapping[str, str], name: str, default: Rate) -> Rate:
    try:
        return Rate.parse(environment[name]) if environment.get(name) else default
    except SettingsRefused as refusal:
        raise SettingRefused(
            f"{name}: {refusal}.", hint="Give requests per second and burst, such as 200/400."
        ) from None


def _services(text: str | None) -> tuple[str, ...]:
    if text is None:
        return SERVICES
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(set(names) - set(SERVICES))
    if unknown:
        raise SettingRefused(
            f"AOS_LOCAL_SERVICES names {', '.join(unknown)}.", hint=f"There are: {', '.join(SERVICES)}."
        )
    return names
