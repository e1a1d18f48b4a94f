"""The console's pages at `/`: for anybody, and in nobody's name."""

from typing import Any

import pytest
from aos_gateway.envoy_config import build
from aos_gateway.routes import CONSOLE, CONSOLE_ROUTES, PAGES, ROUTES, SERVICES
from aos_gateway.settings import Address, GatewaySettings, Rate, RateLimits, SettingsRefused

FILES = ("/", "/assets/index-1a2b.js", "/assets/fonts/quicksand.woff2", "/favicon.svg", "/robots.txt", "/theme.js")
OTHERS = ("/assets", "/assets/", "/homes", "/home/", "/console", "/index.html", "/Home", "/theme.js/x", "/favicon.svg/")
DATA = "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", [*FILES, *(f"/{page}" for page in PAGES), "/connect/7/runs", "/views/a%20b?x=1"])
def test_page_when_anonymous_then_the_console_answers(gateway: Any, path: str) -> None:
    answer = gateway.call(path)
    assert (answer.status, answer.json()["by"], answer.json()["path"]) == (200, CONSOLE, path)
    assert gateway.call(path, method="HEAD").status == 200
    assert gateway.seen[-1]["method"] == "HEAD"


def test_page_when_asked_with_a_token_and_a_cookie_then_the_console_hears_of_neither(gateway: Any) -> None:
    answer = gateway.call("/home", gateway.keys.token(), headers={"cookie": "aos_refresh=secret"})
    heard = {name.lower() for name in answer.json()["headers"]}
    assert answer.status == 200
    assert not heard & {"authorization", "cookie"}
    assert gateway.call("/", "no token at all").status == 200, "a token that is none keeps nobody from a public page"


@pytest.mark.parametrize("path", OTHERS)
def test_path_when_beside_the_pages_then_refused_as_ever(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    assert gateway.call(path).status == 401
    answer = gateway.call(path, gateway.keys.token())
    assert (answer.status, answer.json()["reason"]) == (404, "NOT_FOUND")
    assert len(gateway.seen) == before


@pytest.mark.parametrize("path", ["/", "/home", "/assets/index.js"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_page_when_something_else_than_reading_is_asked_then_405(gateway: Any, path: str, method: str) -> None:
    before = len(gateway.seen)
    assert gateway.call(path, method=method).status == 401
    answer = gateway.call(path, gateway.keys.token(), method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert len(gateway.seen) == before


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../api/v1/aod/findings",
        "/assets/..%2fapi/v1/aod/findings",
        "/assets/%2e%2e/api/v1/aod/findings",
        "/home/..//api/v1/aod/findings",
        "/home/../oauth2/token",
        "/assets/x/..;/../../api/v1/aod/findings",
        "/theme.js/../api/v1/aod/findings",
    ],
)
def test_path_trick_when_it_begins_as_a_page_then_no_service_hears_of_it(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    assert gateway.call(path).status in {400, 401}
    assert len(gateway.seen) == before


def test_documentation_when_shown_then_its_script_and_style_may_run_and_it_is_in_no_frame(gateway: Any) -> None:
    policy = gateway.call("/api/v1/dcl/docs").headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'none'" in policy
    assert gateway.call("/api/v1/dcl/openapi.json").headers["content-security-policy"] == DATA


def test_pages_when_asked_too_often_then_429_by_address(gateway: Any, tmp_path: Any) -> None:
    with gateway.another(tmp_path, rates=RateLimits(tenant=Rate(1, 2))) as small:
        assert [small.call("/home").status for _ in range(3)] == [200, 200, 429]


def test_gateway_when_it_knows_no_console_then_there_are_no_pages(gateway: Any, tmp_path: Any) -> None:
    without = {service: address for service, address in gateway.settings.http.items() if service != CONSOLE}
    with gateway.another(tmp_path, http=without) as bare:
        for path in ("/", "/home", "/assets/x.js"):
            assert bare.call(path).status == 401
            assert bare.call(path, bare.keys.token()).status == 404


def test_configuration_when_there_is_a_console_then_only_its_pages_lead_there() -> None:
    upstreams = {service: Address("127.0.0.1", 9000) for service in SERVICES}
    console = {CONSOLE: Address("127.0.0.1", 9999)}

    def settings(http: dict[str, Address]) -> GatewaySettings:
        return GatewaySettings(Address("127.0.0.1", 8080), http, upstreams, "http://127.0.0.1:9000/jwks", "issuer")

    assert str(build(settings(upstreams | console))).count("'cluster': 'console-http'") >= len(CONSOLE_ROUTES)
    assert "console-http" not in str(build(settings(upstreams)))
    assert {route.service for route in ROUTES} == set(SERVICES)
    with pytest.raises(SettingsRefused, match="no http address for the service 'identity'"):
        build(settings(console))
