"""Which component listens where; remembered, so that a restart keeps the addresses."""

import json
from pathlib import Path

from aos_local.processes.ports import PortTaken, first_free, free_port, is_free
from aos_local.settings import DEFAULT_PUBLIC_PORT


class PortBook:
    """Loopback ports by name, kept in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._checked: set[str] = set()

    def port(self, name: str) -> int:
        """The remembered port when it is free, else a new free one."""
        if name not in self._checked:
            if name not in self._ports or not is_free(self._ports[name]):
                self._ports[name] = free_port([DEFAULT_PUBLIC_PORT, *self._ports.values()])
                self._file.write_text(json.dumps(self._ports, indent=1))
            self._checked.add(name)
        return self._ports[name]

    @staticmethod
    def public(wanted: int | None, host: str) -> int:
        """The gateway's port: `wanted` (raises PortTaken when it is in use), or the first free one from 8080 on."""
        if wanted is None:
            return first_free(DEFAULT_PUBLIC_PORT)
        if not is_free(wanted, host):
            raise PortTaken(
                f"Port {wanted} is in use by another program.",
                hint=f"Stop it, or choose another: AOS_PUBLIC_PORT={first_free(wanted + 1)} aos up",
            )
        return wanted

    def remembered(self, name: str) -> int:
        """The port of the current or last run; raises KeyError when there was none."""
        return self._ports[name]
