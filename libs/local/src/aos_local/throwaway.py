"""`python -m aos_local.throwaway SERVICE`: an embedded PostgreSQL for one command, gone when its standard input closes.

For commands of services that need no platform: a service starts this as a process and imports nothing of it. The first
line of output is a JSON object with `owner` and `app`, the URLs of the service's two roles in an empty schema.
"""

import json
import sys

from aos_local.settings import SERVICES
from aos_local.testing import provisioned_postgres


def main(argv: list[str]) -> int:
    """Serve until the reader of the URLs has gone."""
    if len(argv) != 1 or argv[0] not in SERVICES:
        print(f"usage: python -m aos_local.throwaway {{{','.join(SERVICES)}}}", file=sys.stderr)
        return 2
    with provisioned_postgres(argv) as provisioned:
        urls = provisioned[argv[0]]
        print(json.dumps({"owner": urls.owner, "app": urls.app}), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
