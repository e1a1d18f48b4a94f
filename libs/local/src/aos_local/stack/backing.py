"""The backing services as components."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from aos_local.backing import binaries, postgres, postgres_probe, temporal, valkey
from aos_local.backing.valkey_acl import PROBE, acl
from aos_local.processes.ports import LOOPBACK, accepts
from aos_local.processes.process import Launch
from aos_local.provision import provision
from aos_local.secrets import SecretStore
from aos_local.settings import Home
from aos_local.stack.component import Component
from aos_local.traces.receiver import PATH
from aos_local.valkey_users import PASSWORD, SERVICE, secret_name

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


@dataclass(frozen=True)
class Address:
    """Where a backing service is, and its component when the platform starts it itself."""

    url: str
    component: Component | None = None


def plain_environment(**more: str) -> dict[str, str]:
    """What a program that is not ours needs to know: no secret of the platform."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | more


def postgres_component(home: Home, port: int, secrets: SecretStore) -> Address:
    """PostgreSQL with its data below `home`; the URL is the superuser's."""
    password = secrets.password(postgres.SUPERUSER_SECRET)
    component = _server("postgres", home.data / "postgres", home.log("postgres"), port, password)
    return Address(postgres.url(port, password), component)


def _server(name: str, data: Path, log: Path, port: int, password: str, *, small: bool = False) -> Component:
    url = postgres.url(port, password)

    def prepare() -> None:
        postgres.create_cluster(data, password)
        postgres.hand_over(data, postgres.run_as())

    def launch() -> Launch:
        return Launch(
            postgres.argv(data, port, small=small),
            plain_environment(),
            log,
            user=postgres.run_as(),
            # "fast": ends sessions and leaves a clean cluster, also when the supervisor is killed
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    return Component(name, log, prepare=prepare, launch=launch, ready=lambda: postgres_probe.ready(url), port=port)


def example_component(home: Home, port: int, secrets: SecretStore) -> Component:
    """A PostgreSQL for the example company, apart from the platform's own: connectors may reach it and not that one."""
    data, log = home.data / postgres.EXAMPLE, home.log(postgres.EXAMPLE)
    password = secrets.password(postgres.EXAMPLE_SECRET)
    return _server(postgres.EXAMPLE, data, log, port, password, small=True)


def provisioning_component(home: Home, admin_url: str, secrets: SecretStore, after: tuple[str, ...]) -> Component:
    """Roles, schemas and databases; ends when they are there."""

    def prepare() -> None:
        provision(admin_url, lambda role: secrets.password(f"postgres-{role}"))

    return Component("database", home.log("database"), after, prepare=prepare)


def valkey_component(home: Home, port: int, secrets: SecretStore) -> Address:
    """Valkey with its snapshot below `home`; its URL has places for each service's name and password."""
    log, probe = home.log("valkey"), secrets.password(secret_name(PROBE))

    def launch() -> Launch:
        users = acl(lambda user: secrets.password(secret_name(user)))
        config = valkey.write_config(home.data / "valkey", port, users)
        return Launch(valkey.argv(config), plain_environment(), log, death_signal=signal.SIGTERM)

    component = Component("valkey", log, launch=launch, ready=lambda: valkey.ready(port, probe), port=port)
    return Address(valkey.url(port, PASSWORD, SERVICE), component)


def traces_component(home: Home, port: int) -> Address:
    """The receiver of spans; the URL is its OTLP/HTTP endpoint."""
    log = home.log("traces")

    def launch() -> Launch:
        command = [str(binaries.python()), "-m", "aos_local.traces", "--port", str(port), "--file", str(home.traces)]
        return Launch(command, plain_environment(), log, death_signal=signal.SIGTERM)

    url = f"http://{LOOPBACK}:{port}{PATH}"
    return Address(url, Component("traces", log, launch=launch, ready=lambda: accepts(port), port=port))


def temporal_component(home: Home, ports: temporal.TemporalPorts) -> Address:
    """Temporal with its SQLite file below `home`."""
    log, data = home.log("temporal"), home.data / "temporal"

    def prepare() -> None:
        data.mkdir(parents=True, exist_ok=True)

    def launch() -> Launch:
        environment = plain_environment(GOMEMLIMIT="300MiB")
        return Launch(temporal.argv(ports, data / "temporal.db"), environment, log, death_signal=signal.SIGTERM)

    component = Component(
        "temporal",
        log,
        prepare=prepare,
        launch=launch,
        ready=lambda: temporal.ready(ports.http),
        port=ports.grpc,
        url=f"http://{LOOPBACK}:{ports.ui}",
    )
    return Address(f"{LOOPBACK}:{ports.grpc}", component)
