"""Passwords and keys that are generated once and stay in the platform's folder."""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SecretStore:
    """One file (mode 0600) a secret."""

    folder: Path

    def password(self, name: str) -> str:
        """The password of that name, generated at the first call: 32 URL-safe characters."""
        return self._value(name, secrets.token_urlsafe(24))

    def key_file(self, name: str) -> Path:
        """Path of a file with 32 random bytes in base64, written at the first call."""
        self._value(name, base64.b64encode(secrets.token_bytes(32)).decode())
        return self.folder / name

    def _value(self, name: str, fresh: str) -> str:
        path = self.folder / name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_suffix(".new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
                handle.write(fresh)
            draft.replace(path)
        return path.read_text()
