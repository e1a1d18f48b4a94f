"""`python -m aos_local.traces --port PORT --file FILE`: receive OTLP/HTTP and keep the newest spans."""

import argparse
import signal
import sys
from pathlib import Path

from aos_local.traces.receiver import server
from aos_local.traces.store import SpanStore


def main() -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.traces", description=main.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    asked = parser.parse_args()
    store = SpanStore(asked.file)
    store.create()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server(asked.port, store) as receiver:
        receiver.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
