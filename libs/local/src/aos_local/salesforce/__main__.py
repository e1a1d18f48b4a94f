"""`python -m aos_local.salesforce --port N [--data FILE] [--certificate FILE --key FILE]`."""

import argparse
from pathlib import Path

import uvicorn

from aos_local.salesforce.organisation import Organisation
from aos_local.salesforce.wire.app import create_app


def main() -> None:
    """Serve one organisation on loopback until the process ends."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.salesforce", description="Emulate a Salesforce.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, help="JSON of an organisation; without it, an example.")
    parser.add_argument("--certificate", type=Path, help="Serve TLS with this certificate.")
    parser.add_argument("--key", type=Path, help="The certificate's key.")
    chosen = parser.parse_args()
    app = create_app(lambda: Organisation.from_file(chosen.data))
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        http="h11",  # it writes header names as they are given
        log_level="critical",
        ssl_certfile=chosen.certificate,
        ssl_keyfile=chosen.key,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
