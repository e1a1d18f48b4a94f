"""`python -m aos_local.evaluation postgresql | valkey | temporal | objects`: run one store in the foreground.

Passwords are the files of `--secrets`, as `aos_local.provision` and `aos_local.valkey_users` make them. SIGTERM ends
the store in order.
"""

import argparse
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from aos_local.evaluation.stores import STORES, Store
from aos_local.secrets import SecretStore

_SECONDS_BETWEEN, _ATTEMPTS = 1.0, 120


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the store until it ends or is told to; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.evaluation", description=__doc__)
    parser.add_argument("store", choices=STORES)
    parser.add_argument("--data", type=Path, default=Path("/var/lib/autonomos"), help="default: %(default)s")
    parser.add_argument("--secrets", type=Path, default=Path("/run/autonomos/secrets"), help="default: %(default)s")
    options = parser.parse_args(arguments)
    return run(STORES[options.store](options.data, SecretStore(options.secrets)))


def run(store: Store) -> int:
    """Start the store, pass SIGTERM and SIGINT on as the signal it wants, and wait for its end."""
    with subprocess.Popen(store.command, user=store.user, group=store.user) as process:  # noqa: S603  commands of our own
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: process.send_signal(store.stop))
        ended = threading.Event()
        if store.once is not None:
            threading.Thread(target=_until_done, args=(store, ended), daemon=True).start()
        status = process.wait()
        ended.set()
    return 0 if status == -store.stop else status


def _until_done(store: Store, ended: threading.Event) -> None:
    assert store.once is not None
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(Exception):  # it is not listening yet, or not able to store
            store.once()
            return
        if ended.wait(_SECONDS_BETWEEN):
            return
    print("aos_local.evaluation: the store runs, but could not be prepared", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
