"""The whole platform as a list of components, from the settings."""

from dataclasses import dataclass

from aos_gateway.envoy_config import write
from aos_gateway.routes import CONSOLE
from aos_gateway.settings import Address as Upstream
from aos_gateway.settings import GatewaySettings

from aos_local.backing import binaries
from aos_local.backing.postgres import EXAMPLE
from aos_local.backing.temporal import TemporalPorts
from aos_local.processes.ports import LOOPBACK, Reservation
from aos_local.processes.process import Launch
from aos_local.secrets import SecretStore
from aos_local.settings import SERVICES, Home, LocalSettings, private_folder
from aos_local.stack.backing import (
    Address,
    example_component,
    plain_environment,
    postgres_component,
    provisioning_component,
    temporal_component,
    traces_component,
    valkey_component,
)
from aos_local.stack.component import Component
from aos_local.stack.console import NOT_BUILT, console_component
from aos_local.stack.ports import PortBook
from aos_local.stack.services import AUDIENCE, ISSUER, READERS, Surroundings, answers, service_component


@dataclass(frozen=True)
class Stack:
    """Components in the order they are shown, the URLs for people, and what they should know besides."""

    components: tuple[Component, ...]
    urls: dict[str, str]
    notes: tuple[str, ...] = ()


def build(settings: LocalSettings) -> Stack:
    """Choose ports and describe every component; raises PortTaken when the public port that was asked for is in use."""
    home, ports, secrets = settings.home, PortBook(settings.home.run / "ports.json"), SecretStore(settings.home.secrets)
    public = ports.public(settings.public_port, settings.public_host)
    postgres, valkey, temporal, traces = _backing(settings, ports, secrets)
    own = tuple(address.component for address in (postgres, valkey, temporal, traces) if address.component)
    example = ports.port(EXAMPLE) if set(settings.services) & set(READERS) else 0
    database = provisioning_component(home, postgres.url, secrets, ("postgres",) if postgres.component else ())
    around = Surroundings(
        home,
        secrets,
        postgres.url,
        valkey.url,
        temporal.url,
        settings.objects_url or _objects(home),
        http={service: ports.port(f"{service}-http") for service in SERVICES},
        grpc={service: ports.port(f"{service}-grpc") for service in SERVICES},
        example_port=example,
        otlp_endpoint=traces.url,
        trace_sample=settings.trace_sample,
        public_url=f"http://{LOOPBACK if settings.public_host == '0.0.0.0' else settings.public_host}:{public}",  # noqa: S104  compared, not bound
    )
    needed = (database.name, *(component.name for component in own))
    services = tuple(service_component(name, around, needed) for name in settings.services)
    console = console_component(settings, ports)
    behind = (*services, *((console,) if console else ()))
    gateway = _gateway(settings, around, public, behind)
    urls = {"Console": gateway.url} if console else {}
    urls |= {"API": gateway.url, "API docs": f"{gateway.url}/api/v1/dcl/docs"}
    if temporal.component:
        urls["Temporal UI"] = temporal.component.url
    samples = (example_component(home, example, secrets),) if example else ()
    return Stack((*own, database, *samples, *behind, gateway), urls, () if console else (NOT_BUILT,))


def _backing(
    settings: LocalSettings, ports: PortBook, secrets: SecretStore
) -> tuple[Address, Address, Address, Address]:
    home = settings.home
    postgres = settings.postgres_admin_url
    redis = settings.redis_url
    temporal = settings.temporal_address
    traces = settings.otlp_endpoint
    return (
        Address(postgres) if postgres else postgres_component(home, ports.port("postgres"), secrets),
        Address(redis) if redis else valkey_component(home, ports.port("valkey"), secrets),
        Address(temporal) if temporal else temporal_component(home, _temporal_ports(ports)),
        Address(traces) if traces else traces_component(home, ports.port("traces")),
    )


def _temporal_ports(ports: PortBook) -> TemporalPorts:
    grpc, http, metrics, ui = (ports.port(f"temporal-{kind}") for kind in ("grpc", "http", "metrics", "ui"))
    return TemporalPorts(grpc, http, metrics, ui)


def _objects(home: Home) -> str:
    folder = home.data / "objects"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.as_uri()


def _gateway(settings: LocalSettings, around: Surroundings, port: int, behind: tuple[Component, ...]) -> Component:
    """Envoy, once all that is behind it is ready."""
    home = settings.home
    console = {one.name: Upstream(LOOPBACK, one.port) for one in behind if one.name == CONSOLE and one.port}
    gateway = GatewaySettings(
        listen=Upstream(settings.public_host, port),
        http={service: Upstream(LOOPBACK, around.http[service]) for service in SERVICES} | console,
        grpc={service: Upstream(LOOPBACK, around.grpc[service]) for service in SERVICES},
        jwks_url=f"http://{LOOPBACK}:{around.http['identity']}/.well-known/jwks.json",
        issuer=ISSUER,
        audience=AUDIENCE,
        admin=home.sockets / "envoy-admin.sock",
        otlp_endpoint=around.otlp_endpoint,
        trace_sample=around.trace_sample,
        own_origins=tuple(f"http://{host}:{port}" for host in (settings.public_host, LOOPBACK, "localhost")),
        rates=settings.rates,
    )
    shown = LOOPBACK if settings.public_host == "0.0.0.0" else settings.public_host  # noqa: S104  compared, not bound
    url = f"http://{shown}:{port}"

    reserved = Reservation(port, settings.public_host)

    def launch() -> Launch:
        private_folder(home.sockets)
        reserved.release()
        config = write(gateway, home.run / "envoy.yaml")
        flags = ["--disable-hot-restart", "--concurrency", "1", "-l", "warning", "--file-flush-interval-msec", "1000"]
        return Launch([str(binaries.envoy()), "-c", str(config), *flags], plain_environment(), home.log("gateway"))

    return Component(
        "gateway",
        home.log("gateway"),
        tuple(one.name for one in behind),
        launch=launch,
        ready=lambda: answers(f"{url}/health"),
        port=port,
        url=url,
    )
