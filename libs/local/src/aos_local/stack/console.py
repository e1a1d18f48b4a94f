"""The web console as a component: Caddy before the files that `make setup` builds.

| variable | value |
|---|---|
| `AOS_CONSOLE_ROOT` | the folder with the built files |
| `AOS_CONSOLE_HOST`, `AOS_CONSOLE_PORT` | where Caddy listens (loopback) |
"""

import signal

from aos_gateway.routes import CONSOLE

from aos_local.backing import binaries
from aos_local.processes.ports import LOOPBACK
from aos_local.processes.process import Launch
from aos_local.settings import CONSOLE_SOURCE, LocalSettings
from aos_local.stack.backing import plain_environment
from aos_local.stack.component import Component
from aos_local.stack.ports import PortBook
from aos_local.stack.services import answers

NOT_BUILT = "console: not built; run make setup"
_CONFIGURATION = CONSOLE_SOURCE / "Caddyfile"
_SMALL = {"GOMEMLIMIT": "24MiB", "GOGC": "50", "GOMAXPROCS": "1"}
"""Of a server of some small files: its heap is 2 MB, and the rest is the program itself."""


def console_component(settings: LocalSettings, ports: PortBook) -> Component | None:
    """Caddy with the console's files; None where they have not been built."""
    root, home = settings.console_root, settings.home
    if not (root / "index.html").is_file() or not _CONFIGURATION.is_file():
        return None
    port, log = ports.port(CONSOLE), home.log(CONSOLE)
    where = {"AOS_CONSOLE_ROOT": str(root), "AOS_CONSOLE_HOST": LOOPBACK, "AOS_CONSOLE_PORT": str(port)}

    def launch() -> Launch:
        command = [str(binaries.caddy()), "run", "--config", str(_CONFIGURATION), "--adapter", "caddyfile"]
        return Launch(command, plain_environment(**where, **_SMALL), log, death_signal=signal.SIGTERM)

    return Component(CONSOLE, log, launch=launch, ready=lambda: answers(f"http://{LOOPBACK}:{port}/"), port=port)
