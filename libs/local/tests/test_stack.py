import json
import stat
from pathlib import Path

import pytest
from aos_gateway.settings import Rate
from aos_local.processes.ports import PortTaken, free_port
from aos_local.secrets import SecretStore
from aos_local.settings import SERVICES, Home, LocalSettings, SettingRefused
from aos_local.stack.build import build
from aos_local.stack.ports import PortBook
from aos_local.stack.services import Surroundings, service_environment


def settings(folder: Path, **environment: str) -> LocalSettings:
    """Settings of a machine on which the console was not built, unless the environment says where."""
    read = LocalSettings.read({"AOS_CONSOLE_ROOT": str(folder / "none")} | environment, folder)
    read.home.create()
    return read


def test_stack_when_nothing_is_set_then_has_every_part_in_a_safe_order(tmp_path: Path) -> None:
    stack = build(settings(tmp_path))
    after = {component.name: set(component.after) for component in stack.components}
    backing = {"postgres", "valkey", "temporal", "traces"}
    assert set(after) == backing | {"database", "example", "gateway", *SERVICES}
    assert after["database"] == {"postgres"}
    assert all(after[service] == backing | {"database"} for service in SERVICES)
    assert after["gateway"] == set(SERVICES)


def test_stack_when_backing_services_are_external_then_starts_none_of_them(tmp_path: Path) -> None:
    external = settings(
        tmp_path,
        AOS_POSTGRES_ADMIN_URL="postgresql://root:pw@db.example:5432/postgres",
        AOS_REDIS_URL="rediss://cache.example:6380/0",
        AOS_TEMPORAL_ADDRESS="temporal.example:7233",
        AOS_OBJECTS_URL="s3://bucket/prefix",
        AOS_OTLP_ENDPOINT="http://collector.example:4318/v1/traces",
        AOS_LOCAL_SERVICES="dcl",
    )
    stack = build(external)
    assert [component.name for component in stack.components] == ["database", "dcl", "gateway"]
    dcl = stack.components[1]
    assert dcl.launch is not None
    handed = dcl.launch().env
    assert handed["AOS_DATABASE_URL"].startswith("postgresql://dcl_app:")
    assert handed["AOS_DATABASE_URL"].endswith("@db.example:5432/autonomos")
    assert handed["AOS_REDIS_URL"] == "rediss://cache.example:6380/0"
    assert handed["AOS_TEMPORAL_ADDRESS"] == "temporal.example:7233"
    assert handed["AOS_OBJECTS_URL"] == "s3://bucket/prefix"
    assert handed["AOS_OTLP_ENDPOINT"] == "http://collector.example:4318/v1/traces"


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    ports = {service: 7000 + number for number, service in enumerate(SERVICES)}
    home = Home(tmp_path)
    admin = "postgresql://postgres:pw@127.0.0.1:5/postgres"
    return Surroundings(
        home,
        SecretStore(home.secrets),
        admin,
        "redis://x",
        "t:1",
        "file:///o",
        ports,
        {s: p + 100 for s, p in ports.items()},
    )


def test_environment_when_made_then_no_service_sees_the_owner_or_another_services_secret(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AOS_POSTGRES_ADMIN_URL", "postgresql://root:top@db/postgres")
    environments = {service: service_environment(service, around) for service in SERVICES}
    for service, environment in environments.items():
        assert "AOS_OWNER_DATABASE_URL" not in environment
        assert "AOS_POSTGRES_ADMIN_URL" not in environment
        assert f"//{service}_app:" in environment["AOS_DATABASE_URL"]
    secrets = {environment["AOS_CLIENT_SECRET"] for environment in environments.values()}
    assert len(secrets) == len(SERVICES)
    assert set(json.loads(environments["identity"]["AOS_SERVICE_CLIENTS"]).values()) == secrets
    assert [service for service in SERVICES if "AOS_LAKE_CATALOG_URL" in environments[service]] == ["dcl"]
    assert [service for service in SERVICES if "AOS_CREDENTIAL_KEY" in environments[service]] == [
        "identity",
        "aod",
        "aam",
        "nlp_gateway",
    ]
    assert [service for service in SERVICES if "AOS_SIGNING_KEY_FILE" in environments[service]] == ["identity"]


def test_environment_when_made_then_names_every_neighbour(around: Surroundings) -> None:
    environment = service_environment("aoa", around)
    assert environment["AOS_DCL_GRPC"] == f"127.0.0.1:{around.grpc['dcl']}"
    assert environment["AOS_JWKS_URL"] == f"http://127.0.0.1:{around.http['identity']}/.well-known/jwks.json"
    assert environment["AOS_TOKEN_URL"] == f"http://127.0.0.1:{around.http['identity']}/oauth2/token"
    assert environment["AOS_AUDIENCE"] == "autonomos"


def test_secret_when_asked_twice_then_is_the_same_and_private(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "secrets")
    assert store.password("one") == store.password("one") != store.password("two")
    key = store.key_file("key")
    assert len(key.read_text()) == 44
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_ports_when_read_again_then_are_remembered_and_differ(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")
    ports = [book.port(name) for name in ("a", "b", "c")]
    again = PortBook(tmp_path / "ports.json")
    assert [again.port(name) for name in ("a", "b", "c")] == ports
    assert len(set(ports)) == 3


def test_public_port_when_taken_then_says_which_to_type(tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(PortTaken) as refusal:
            PortBook.public(taken, "127.0.0.1")
    assert str(taken) in refusal.value.message
    assert "AOS_PUBLIC_PORT=" in refusal.value.hint


def test_settings_when_limits_are_named_then_are_the_gateways_and_strangers_get_less_room_to_sign_in() -> None:
    named = LocalSettings.read({"AOS_RATE_TENANT": "7/9", "AOS_RATE_WRITES": "3", "AOS_PUBLIC_HOST": "0.0.0.0"})
    assert (named.rates.tenant, named.rates.writes, named.rates.sign_in) == (Rate(7, 9), Rate(3, 6), Rate(5, 20))
    assert LocalSettings.read({}).rates.sign_in.burst > 100


@pytest.mark.parametrize(
    "wrong", [{"AOS_PUBLIC_PORT": "http"}, {"AOS_LOCAL_SERVICES": "dcl,crm"}, {"AOS_RATE_TENANT": "fast"}]
)
def test_setting_when_wrong_then_is_refused_by_name(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(SettingRefused, match=next(iter(wrong))):
        settings(tmp_path, **wrong)
