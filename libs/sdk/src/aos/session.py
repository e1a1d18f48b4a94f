"""The signed-in session of the `aos` command, kept in a file that only its owner can read.

`AOS_URL` names the platform, `AOS_SESSION_FILE` another file. With `AOS_API_KEY` the command works as that program, and
no session is read or written.
"""

import json
import os
from pathlib import Path

import platformdirs

from aos.client import DEFAULT_URL, Client
from aos.transport import Tokens

__all__ = ["address", "client", "remember_url"]


def _file() -> Path:
    chosen = os.environ.get("AOS_SESSION_FILE")
    return Path(chosen) if chosen else platformdirs.user_config_path("autonomos") / "session.json"


def _read() -> dict[str, str]:
    try:
        content = json.loads(_file().read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(content: dict[str, str]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    staging.replace(path)


def remember_url(url: str) -> None:
    """Use this platform from now on; tokens of another one are forgotten."""
    known = _read()
    _write(known if known.get("url") == url else {"url": url})


def address(url: str = "") -> str:
    """Return the address of the platform that commands speak to: `url`, `AOS_URL`, the session's, the default."""
    return (url or os.environ.get("AOS_URL") or _read().get("url") or DEFAULT_URL).rstrip("/")


def client(url: str = "") -> Client:
    """Return a client with the stored session; new tokens are stored as they come.

    Another `url` is remembered with its first tokens: an address that does not answer replaces no session.
    """
    known, url = _read(), address(url)
    key = os.environ.get("AOS_API_KEY")
    if key:
        return Client(url, api_key=key)
    same = known.get("url", url) == url and "access" in known
    tokens = Tokens(known["access"], known["refresh"]) if same else None

    def keep(new: Tokens | None) -> None:
        _write({"url": url, "access": new.access, "refresh": new.refresh} if new else {"url": url})

    return Client(url, tokens=tokens, on_tokens=keep)
