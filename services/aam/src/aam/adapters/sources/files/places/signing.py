"""Signature Version 4 of Amazon's S3, for requests without a body.

Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" of the S3 API reference.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Keys:
    """The keys of a bucket's user; without an access key requests are not signed."""

    access: str = ""
    secret: str = field(default="", repr=False)
    region: str = "us-east-1"


def canonical_query(query: Mapping[str, str]) -> str:
    """The query as it is signed and sent: sorted, every reserved character escaped."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))


def signed(keys: Keys, host: str, path: str, query: str, now: datetime) -> dict[str, str]:
    """The headers of a GET; `path` is escaped already, `now` aware UTC."""
    if not keys.access:
        return {}
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"host": host, "x-amz-content-sha256": EMPTY, "x-amz-date": moment}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = hashlib.sha256(f"GET\n{path}\n{query}\n{lines}\n{names}\n{EMPTY}".encode()).hexdigest()
    scope = f"{day}/{keys.region}/s3/aws4_request"
    key = f"AWS4{keys.secret}".encode()
    for part in (day, keys.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{request}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"Credential={keys.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}
