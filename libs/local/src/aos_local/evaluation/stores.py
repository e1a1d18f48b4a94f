"""How each store is started so that other pods reach it; data stay below one folder."""

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fsspec

from aos_local.backing import binaries, postgres, temporal, valkey
from aos_local.backing.temporal import TemporalPorts
from aos_local.backing.valkey_acl import acl
from aos_local.secrets import SecretStore
from aos_local.valkey_users import secret_name

__all__ = ["BUCKET", "STORES", "Store"]

EVERYWHERE = "0.0.0.0"  # noqa: S104  inside a pod, behind a NetworkPolicy
BUCKET, OBJECTS_USER, OBJECTS_SECRET = "autonomos", "autonomos", "objects-secret"
_PARTS = ("s3.port.grpc", *(f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")))
POSTGRESQL, VALKEY, TEMPORAL, OBJECTS = 5432, 6379, 7233, 8333


@dataclass(frozen=True)
class Store:
    """A command that stays in the foreground, the signal that ends it in order, and what to do until it succeeds.

    `user`: whom it runs as, None for the caller.
    """

    command: list[str]
    stop: signal.Signals = signal.SIGTERM
    once: Callable[[], None] | None = None
    user: int | None = None


def postgresql(data: Path, secrets: SecretStore, port: int = POSTGRESQL) -> Store:
    """PostgreSQL for logins with a password; a fast shutdown rolls open transactions back."""
    folder = data / "postgresql"
    postgres.create_cluster(folder, secrets.password(postgres.SUPERUSER_SECRET))
    access = folder / "pg_hba.conf"
    everywhere = "host all all all scram-sha-256\n"
    if everywhere not in access.read_text():
        access.write_text(access.read_text() + everywhere)
    user = postgres.run_as()
    postgres.hand_over(folder, user)
    return Store([*postgres.argv(folder, port), "-c", "listen_addresses=*"], signal.SIGINT, user=user)


def valkey_store(data: Path, secrets: SecretStore, port: int = VALKEY) -> Store:
    """Valkey with one user a service."""
    users = acl(lambda user: secrets.password(secret_name(user)))
    config = valkey.write_config(data / "valkey", port, users)
    with config.open("a") as lines:
        lines.write(f"bind {EVERYWHERE}\n")
    return Store(valkey.argv(config))


def temporal_store(data: Path, _: SecretStore, port: int = TEMPORAL) -> Store:
    """Temporal's single-process server, without its web UI."""
    folder = data / "temporal"
    folder.mkdir(parents=True, exist_ok=True)
    command = temporal.argv(TemporalPorts(port, port + 10, port + 20, None), folder / "temporal.db")
    command[command.index("--ip") + 1] = EVERYWHERE
    return Store(command)


def objects(data: Path, secrets: SecretStore, port: int = OBJECTS) -> Store:
    """SeaweedFS with one bucket and one user; its parts speak on loopback, S3 alone is for others."""
    folder = data / "objects"
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.password(OBJECTS_SECRET)
    config = folder / "s3.json"
    config.touch(mode=0o600)
    credentials = [{"accessKey": OBJECTS_USER, "secretKey": password}]
    user = {"name": OBJECTS_USER, "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
    config.write_text(json.dumps({"identities": [user]}))
    command = [str(binaries.seaweed()), "server", f"-dir={folder}", "-ip=127.0.0.1", f"-ip.bind={EVERYWHERE}"]
    command += ["-s3", f"-s3.port={port}", f"-s3.config={config}", "-master.volumeSizeLimitMB=256", "-volume.max=100"]
    command += ["-volume.preStopSeconds=1"]  # nobody else's volumes are there to be told of
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]  # catalogues that nobody asked for
    # Always the same ones: the master keeps its own address on disk.
    command += [f"-{part}={port + 1 + place}" for place, part in enumerate(_PARTS)]
    endpoint = f"http://127.0.0.1:{port}"
    return Store(command, once=lambda: _make_bucket(endpoint, password))


def _make_bucket(endpoint: str, password: str) -> None:
    store = fsspec.filesystem(
        "s3",
        key=OBJECTS_USER,
        secret=password,
        endpoint_url=endpoint,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    store.makedirs(BUCKET, exist_ok=True)


STORES: dict[str, Callable[[Path, SecretStore], Store]] = {
    "postgresql": postgresql,
    "valkey": valkey_store,
    "temporal": temporal_store,
    "objects": objects,
}
