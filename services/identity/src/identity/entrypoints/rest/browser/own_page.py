"""Requests that another site's page had a browser send.

A cookie goes with whatever request the browser makes, so it does not show that the platform's own page asked.
`SameSite=Strict` keeps it from other sites, and a site is more than an origin: `http://127.0.0.1:9000` and a sibling
subdomain are the same site as the platform, and a page that may not send the cookie can still sign its visitor in to an
account of its own. Therefore both headers by which browsers say who asks are looked at (OWASP, Cross-Site Request
Forgery Prevention: Fetch Metadata, and verifying the origin). `none` is the person themselves (the address bar). What
sends neither header is no browser of the last years, or no browser: it holds no cookie that somebody could misuse.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request

from identity.domain.errors import ForeignPage

OWN = ("same-origin", "none")


def own_page(public_url: str) -> Callable[[Request], None]:
    """Return a dependency that raises `ForeignPage` unless the platform's own page asks, or no page at all.

    Own is the host that the request names; `public_url` counts too, for a proxy may name another host to this service.
    """
    named = urlsplit(public_url).netloc.lower()

    def check(request: Request) -> None:
        origin = request.headers.get("origin")
        host = request.headers.get("host", "").lower()
        # An opaque origin is written "null" and has no host.
        elsewhere = origin is not None and _host(origin) not in (host, named)
        if elsewhere or request.headers.get("sec-fetch-site", OWN[0]) not in OWN:
            raise ForeignPage(
                "Only the platform's own pages may use this.",
                hint="Programs sign in at /api/v1/auth/login; people open the platform at its own address.",
            )

    return check


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
