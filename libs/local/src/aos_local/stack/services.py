"""The services as components, and the environment each is handed.

| variable | value |
|---|---|
| `AOS_ENV` | `local` |
| `AOS_HOST`, `AOS_HTTP_PORT`, `AOS_GRPC_PORT` | where the service listens (loopback) |
| `AOS_DATABASE_URL` | `<svc>_app` in the database `autonomos` |
| `AOS_OWNER_DATABASE_URL` | `<svc>_owner`; for `migrate` alone |
| `AOS_LAKE_CATALOG_URL` | `dcl_lake` in the database `autonomos_lake`; dcl alone |
| `AOS_REDIS_URL`, `AOS_OBJECTS_URL` | Valkey; object storage |
| `AOS_TEMPORAL_ADDRESS`, `AOS_TEMPORAL_NAMESPACE` | Temporal |
| `AOS_ISSUER`, `AOS_AUDIENCE` | of access tokens |
| `AOS_JWKS_URL`, `AOS_TOKEN_URL` | identity's keys and token endpoint |
| `AOS_CLIENT_ID`, `AOS_CLIENT_SECRET` | the service's own, for service tokens |
| `AOS_OTLP_ENDPOINT`, `AOS_TRACE_SAMPLE` | where spans go, and of which share of requests |
| `AOS_SERVICE_CLIENTS` | JSON `{client_id: secret}`; identity alone |
| `AOS_SIGNING_KEY_FILE` | identity alone: a key kept from before, taken over at the first start |
| `AOS_AUDIT_KEY` | identity alone: seals the ends of the audit logs |
| `AOS_PUBLIC_URL` | identity alone: the gateway's address, as mails name it |
| `AOS_CREDENTIAL_KEY` | identity, aam, aod and nlp_gateway, each its own; the URL of a file with 32 bytes in base64 |
| `AOS_FILE_ROOTS` | aam and aod: `/`, for the machine is its user's own |
| `AOS_PRIVATE_FOLDERS` | aam and aod: the platform's secrets and data, and the system's, which no connector reads |
| `AOS_EGRESS_ALLOW` | nlp_gateway: what the caller's variable names; aam and aod: the example company's database, too |
| `AOS_<SVC>_GRPC` | `host:port` of each service's gRPC |
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aos_local.backing import binaries
from aos_local.backing.temporal import NAMESPACE
from aos_local.processes.ports import LOOPBACK
from aos_local.processes.process import Launch
from aos_local.provision import DATABASE, LAKE_DATABASE, LAKE_ROLE, with_login
from aos_local.secrets import SecretStore
from aos_local.settings import SERVICES, Home
from aos_local.stack.component import Component
from aos_local.valkey_users import url_for

ISSUER = "https://identity.autonomos.local"
AUDIENCE = "autonomos"
READERS = ("aam", "aod")
"""The services that read tenants' sources."""
_ROLES = ("serve", "consume", "work")
_SYSTEM = ("/etc", "/proc", "/sys", "/dev", "/boot", "/run", "~/.ssh", "~/.gnupg", "~/.aws", "~/.kube", "~/.config")


@dataclass(frozen=True)
class Surroundings:
    """What all services share: addresses of the backing services and of each other (service → port)."""

    home: Home
    secrets: SecretStore
    postgres_admin_url: str
    redis_url: str
    temporal_address: str
    objects_url: str
    http: Mapping[str, int]
    grpc: Mapping[str, int]
    example_port: int = 0
    public_url: str = ""
    otlp_endpoint: str = ""
    trace_sample: float = 1.0


def service_component(name: str, around: Surroundings, after: tuple[str, ...]) -> Component:
    """`python -m <name> serve consume work`, after `python -m <name> migrate`."""
    log = around.home.log(name)
    environment = service_environment(name, around)

    def migrate() -> Launch:
        owner = {"AOS_OWNER_DATABASE_URL": _database_url(around, f"{name}_owner")}
        return Launch([str(binaries.python()), "-m", name, "migrate"], environment | owner, log)

    def launch() -> Launch:
        return Launch([str(binaries.python()), "-m", name, *_ROLES], environment, log)

    port = around.http[name]
    return Component(
        name,
        log,
        after,
        before=migrate,
        launch=launch,
        ready=lambda: answers(f"http://{LOOPBACK}:{port}/health/ready"),
        port=port,
        patience=90.0,
    )


def answers(url: str) -> bool:
    """True when a GET is answered with 200 within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as answer:  # noqa: S310  loopback addresses of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def service_environment(name: str, around: Surroundings) -> dict[str, str]:
    """Every variable of the table above; other variables of the caller pass through."""
    identity = f"http://{LOOPBACK}:{around.http['identity']}"
    contract = {
        "AOS_ENV": "local",
        "AOS_HOST": LOOPBACK,
        "AOS_HTTP_PORT": str(around.http[name]),
        "AOS_GRPC_PORT": str(around.grpc[name]),
        "AOS_DATABASE_URL": _database_url(around, f"{name}_app"),
        "AOS_REDIS_URL": url_for(around.redis_url, name, around.secrets),
        "AOS_OBJECTS_URL": around.objects_url,
        "AOS_TEMPORAL_ADDRESS": around.temporal_address,
        "AOS_TEMPORAL_NAMESPACE": os.environ.get("AOS_TEMPORAL_NAMESPACE", NAMESPACE),
        "AOS_ISSUER": ISSUER,
        "AOS_AUDIENCE": AUDIENCE,
        "AOS_JWKS_URL": f"{identity}/.well-known/jwks.json",
        "AOS_TOKEN_URL": f"{identity}/oauth2/token",
        "AOS_CLIENT_ID": name,
        "AOS_CLIENT_SECRET": _client_secret(around, name),
        "AOS_LOG_LEVEL": os.environ.get("AOS_LOG_LEVEL", "INFO"),
        "AOS_OTLP_ENDPOINT": around.otlp_endpoint,
        "AOS_TRACE_SAMPLE": str(around.trace_sample),
        **{f"AOS_{other.upper()}_GRPC": f"{LOOPBACK}:{around.grpc[other]}" for other in SERVICES},
    }
    return _inherited() | contract | _own(name, around)


def _own(name: str, around: Surroundings) -> dict[str, str]:
    if name == "identity":
        clients = {client: _client_secret(around, client) for client in SERVICES}
        key = around.secrets.folder / "identity-signing-key.pem"
        return {
            "AOS_SERVICE_CLIENTS": json.dumps(clients),
            "AOS_SIGNING_KEY_FILE": str(key),
            "AOS_CREDENTIAL_KEY": around.secrets.key_file("identity-credential-key").as_uri(),
            "AOS_AUDIT_KEY": around.secrets.password("identity-audit-key"),
            "AOS_PUBLIC_URL": os.environ.get("AOS_PUBLIC_URL", around.public_url),
        }
    if name in READERS:
        wrapping = around.secrets.key_file(f"{name}-credential-key").as_uri()
        roots = os.environ.get("AOS_FILE_ROOTS", "/")
        return {"AOS_CREDENTIAL_KEY": wrapping, "AOS_FILE_ROOTS": roots, **_walls(around)}
    if name == "nlp_gateway":
        wrapping = around.secrets.key_file("nlp_gateway-credential-key").as_uri()
        return {"AOS_CREDENTIAL_KEY": wrapping, "AOS_EGRESS_ALLOW": os.environ.get("AOS_EGRESS_ALLOW", "")}
    if name == "dcl":
        password = around.secrets.password(f"postgres-{LAKE_ROLE}")
        url = with_login(around.postgres_admin_url, LAKE_ROLE, password, LAKE_DATABASE)
        return {"AOS_LAKE_CATALOG_URL": url}
    return {}


def _walls(around: Surroundings) -> dict[str, str]:
    """What connectors may not read, and which private addresses they may reach."""
    home = around.home
    private = [str(folder) for folder in (home.secrets, home.data, home.run, home.logs)]
    private += [str(Path(folder).expanduser()) for folder in _SYSTEM]
    own = [f"{LOOPBACK}:{around.example_port}"] if around.example_port else []
    reach = [*filter(None, [os.environ.get("AOS_EGRESS_ALLOW")]), *own]
    more = [*filter(None, [os.environ.get("AOS_PRIVATE_FOLDERS")])]
    return {"AOS_PRIVATE_FOLDERS": os.pathsep.join([*private, *more]), "AOS_EGRESS_ALLOW": ",".join(reach)}


def _inherited() -> dict[str, str]:
    # The administrator's URL is for provisioning alone. Fewer malloc arenas keep many small processes small.
    hidden = {"AOS_POSTGRES_ADMIN_URL", "AOS_OWNER_DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}


def _database_url(around: Surroundings, role: str) -> str:
    return with_login(around.postgres_admin_url, role, around.secrets.password(f"postgres-{role}"), DATABASE)


def _client_secret(around: Surroundings, service: str) -> str:
    return around.secrets.password(f"client-{service}")
