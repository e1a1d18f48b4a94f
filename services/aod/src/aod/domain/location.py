"""Where data may be: a folder the server can read, or a PostgreSQL database."""

import posixpath
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aod.domain.errors import LocationInvalid

MAX_LOCATION = 4096
MAX_NAME = 100
SCHEMES = ("postgresql", "postgres")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SHAPE = "postgresql://user:password@host:5432/database"


class PlaceKind(StrEnum):
    """The kinds of places a scan can look at."""

    FOLDER = "folder"
    POSTGRES = "postgres"


@dataclass(frozen=True)
class Location:
    """A place in its normal form.

    `shown` names it without credentials and identifies it; `url` is the database's URL as given, with its password,
    and empty for a folder; `name` is the asset's name unless somebody gives it another.
    """

    kind: PlaceKind
    shown: str
    name: str
    url: str = field(default="", repr=False)


@dataclass(frozen=True)
class DatabaseAddress:
    """A postgresql:// URL taken apart; parameters other than `sslmode` are left aside."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str

    @property
    def shown(self) -> str:
        """The address without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}:{self.port}/{self.database}"


def parse_location(text: str) -> Location:
    """Return the place that a path or URL names; raise `LocationInvalid`, which never repeats a URL."""
    wanted = text.strip()
    if not wanted or len(wanted) > MAX_LOCATION or any(ord(character) < 32 for character in wanted):
        raise LocationInvalid(
            "The location is empty, too long, or holds control characters.",
            hint=f"Give the absolute path of a folder, or {SHAPE}.",
        )
    if "://" in wanted:
        address = parse_address(wanted)
        return Location(PlaceKind.POSTGRES, address.shown, address.database[:MAX_NAME], wanted)
    if not wanted.startswith("/"):
        raise LocationInvalid(
            f"{wanted[:200]!r} is not an absolute path.",
            hint=f"Give the folder's whole path on the server, or {SHAPE}.",
        )
    path = "/" + posixpath.normpath(wanted).lstrip("/")
    return Location(PlaceKind.FOLDER, path, posixpath.basename(path)[:MAX_NAME] or "root")


def parse_address(url: str) -> DatabaseAddress:
    """Take a URL apart; raise `LocationInvalid` when a part is missing or malformed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable("its host or port does not read") from None
    if parts.scheme not in SCHEMES:
        raise _unusable("only folders and postgresql:// URLs can be scanned")
    database, user = unquote(parts.path.lstrip("/")), unquote(parts.username or "")
    if "@" in parts.path or "@" in parts.query:
        raise _unusable("it holds an unescaped character of the user or the password")
    missing = [name for name, value in (("host", host), ("database", database), ("user", user)) if not value]
    if not host or missing or parts.fragment:
        raise _unusable(f"it names no {' and no '.join(missing)}" if missing else "it holds an unescaped '#'")
    return DatabaseAddress(host, port or 5432, database, user, unquote(parts.password or ""), _sslmode(parts))


def _sslmode(parts: SplitResult) -> str:
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    if mode not in SSL_MODES:
        raise _unusable(f"sslmode must be one of {', '.join(SSL_MODES)}")
    return mode


def _unusable(why: str) -> LocationInvalid:
    return LocationInvalid(
        f"The URL cannot be used: {why}.",
        hint=f"It looks like {SHAPE}; special characters of the password are percent-encoded.",
    )
