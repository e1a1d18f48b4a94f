"""Canaries: whatever way a secret takes into a log line, a trace or a stored error, it does not come out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aos_common.redaction import ScrubbedExporter, scrub
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

CANARY = "canary-5f1d"
JWT = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5"
MIXED = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"

TEXTS = [
    f"postgresql://me:{CANARY}@db.example:5432/shop refused",
    f"postgresql://me:p@ss/{CANARY}@db.example/shop",
    f"redis://:{CANARY}@cache/0",
    f"Authorization: Bearer {CANARY}",
    f"authorization=Basic {CANARY}",
    f"{{'password': '{CANARY}'}}",
    f'{{"client_secret": "{CANARY}", "x": 1}}',
    f"password={CANARY}&user=me",
    f"https://x.example/reset?token={CANARY}",
    f"AOS_CREDENTIAL_KEY={CANARY}",
    f"X-Api-Key: {CANARY}",
    f"secret_access_key = {CANARY}",
    f"refresh_token:{CANARY}",
    f"Cookie: session={CANARY}",
    f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY} and cut off",
    f'duplicate key value violates unique constraint "users"\nDETAIL:  Key (email)=({CANARY}) already exists.',
]


@pytest.mark.parametrize("text", TEXTS)
def test_scrub_when_a_text_holds_a_credential_then_it_is_gone(text: str) -> None:
    assert CANARY not in scrub(text)
    assert "***" in scrub(text)


@pytest.mark.parametrize(
    "secret",
    [
        JWT,
        JWT.rpartition(".")[0] + ".",
        "aos_3kf93kd9_Zm9vYmFyYmF6cXV4",
        "hvs.CAESIJ4kq2mRz8",
        "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY",
    ],
)
def test_scrub_when_a_token_stands_alone_then_it_is_gone(secret: str) -> None:
    assert secret not in scrub(f"refused {secret} today")
    assert scrub(f"refused {secret} today").endswith("today")


@pytest.mark.parametrize(
    "text",
    [
        "The database does not answer.",
        "file:///var/lib/autonomos/objects/0191f0c2-7c3e-7000-8000-3f1c2d4e5f60/landing/a.parquet",
        "http://127.0.0.1:8080/api/v1/dcl/views",
        "stream dcl:mappings entry 1795367425443-1",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "test_tenant_tx_when_the_server_dropped_idle_connections",
    ],
)
def test_scrub_when_nothing_is_secret_then_the_text_stays(text: str) -> None:
    assert scrub(text) == text


PROGRAM = f"""
import logging, warnings
import structlog
from pydantic import SecretStr
from aos_common import telemetry
from aos_common.settings import ServiceSettings

telemetry.configure("tester", ServiceSettings(database_url=SecretStr("postgresql://a:{CANARY}@b/c")))
log = structlog.get_logger()
url = "postgresql://me:{CANARY}@db/shop"
log.warning("a.known", tenant="0191f0c2-7c3e-7000-8000-3f1c2d4e5f60", stream="dcl:mappings")
nested = {{"headers": {{"Authorization": "{CANARY}"}}, "list": [url]}}
log.warning("a.text", detail=url, password="{CANARY}", nested=nested)
log.warning(f"a.event with {{url}}", settings=ServiceSettings(database_url=SecretStr(url)), exotic=ValueError(url))
try:
    try:
        raise ConnectionError(url)
    except ConnectionError as error:
        raise RuntimeError("token={CANARY}") from error
except RuntimeError as error:
    log.error("an.exception", exc_info=error)
    logging.getLogger("asyncio").exception("in a library: %s", url)
warnings.warn(url)
raise SystemError(url)
"""


def test_logs_when_secrets_take_every_way_into_them_then_none_comes_out() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert CANARY not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [line["event"].split()[0] for line in lines] == ["a.known", "a.text", "a.event", "an.exception"]
    assert (lines[0]["stream"], lines[0]["tenant"]) == ("dcl:mappings", "0191f0c2-7c3e-7000-8000-3f1c2d4e5f60")
    assert "RuntimeError" in lines[3]["exception"]
    assert "SystemError: postgresql://***@db/shop" in done.stderr


def test_settings_when_they_cannot_be_read_then_the_error_shows_no_value(tmp_path: Path) -> None:
    program = "from aos_common.settings import ServiceSettings; ServiceSettings()"
    environment = {"AOS_CLIENT_SECRET": CANARY, "AOS_HTTP_PORT": f"port-{CANARY}", "PATH": ""}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert "database_url" in done.stderr
    assert CANARY not in done.stderr


def test_spans_when_a_request_has_a_query_then_it_stays_here() -> None:
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ScrubbedExporter(memory)))
    asked = {"url.path": "/callback", "url.query": f"code={CANARY}"}
    with trace.get_tracer("test", tracer_provider=provider).start_as_current_span("GET", attributes=asked):
        pass
    (span,) = memory.get_finished_spans()
    assert span.attributes == {"url.path": "/callback"}
    provider.shutdown()


def test_spans_when_an_exception_is_recorded_then_its_secrets_stay_here() -> None:
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ScrubbedExporter(memory)))
    tracer = trace.get_tracer("test", tracer_provider=provider)
    with pytest.raises(ValueError, match=CANARY), tracer.start_as_current_span("GET /x", attributes={"n": 1}):
        raise ValueError(f"postgresql://me:{CANARY}@db/shop")
    (span,) = memory.get_finished_spans()
    assert CANARY not in span.to_json()
    assert span.name == "GET /x"
    assert span.attributes == {"n": 1}
    assert span.events[0].name == "exception"
    provider.shutdown()
