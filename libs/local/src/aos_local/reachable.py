"""`python -m aos_local.reachable URL`: see that a platform answers at its gateway, and every service behind it."""

import argparse
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence

from aos_gateway.routes import DOCUMENTS, HEALTH_PATH

__all__ = ["main", "reachable"]

_SECONDS = 10.0
_KEYS = "/.well-known/jwks.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a part; exit status 1 when one does not answer."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.reachable", description=__doc__)
    parser.add_argument("url", help="the gateway's address, http://host:port")
    url = parser.parse_args(arguments).url.rstrip("/")
    bad = 0
    for path in _paths():
        trouble = reachable(url + path)
        bad += bool(trouble)
        print(f"{'no ' if trouble else 'ok '} {path}{f'  {trouble}' if trouble else ''}")
    if bad:
        print(f"{bad} of {len(_paths())} do not answer: look at the logs of the service behind each.")
    return 1 if bad else 0


def reachable(url: str) -> str:
    """Return what is wrong, empty when a GET is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310  the caller's own platform
            return "" if answer.status == 200 else f"answered {answer.status}"
    except urllib.error.HTTPError as error:
        return f"answered {error.code}"
    except OSError as error:
        return str(error)


def _paths() -> tuple[str, ...]:
    documents = (route.path for route in DOCUMENTS if route.path.endswith("/openapi.json"))
    return (HEALTH_PATH, _KEYS, *documents, "/")


if __name__ == "__main__":
    sys.exit(main())
