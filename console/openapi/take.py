"""Take every service's OpenAPI document from a running platform: `make openapi`, after `aos up`.

tests/integration/test_schemas.py refuses a document here that is not what its service says.
"""

import json
import os
from pathlib import Path

import httpx
from aos_gateway.routes import DOCUMENTS

HERE = Path(__file__).parent


def main() -> None:
    """Write `<service>.json` for every service; AOS_URL names a platform elsewhere."""
    url = os.environ.get("AOS_URL", "http://127.0.0.1:8080")
    for route in DOCUMENTS:
        if route.path.endswith("/openapi.json"):
            document = httpx.get(url + route.path).raise_for_status().json()
            (HERE / f"{route.service}.json").write_text(json.dumps(document, indent=1) + "\n")
            print(f"{route.service}: {len(document['paths'])} paths")


if __name__ == "__main__":
    main()
