"""What DCL's tests share: the encoder, the real data, a real lake, and the service in process."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_common.objects import ObjectStore
from aos_common.runner import Service
from aos_common.testing import Issuer
from aos_embeddings import MiniLm
from aos_local.processes.ports import free_port
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.ontology_files import load_ontology
from dcl.app import build
from dcl.settings import Settings
from pydantic import SecretStr


@pytest.fixture(scope="session")
def encoder() -> MiniLm:
    """The real sentence encoder, loaded once."""
    return MiniLm()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository."""
    root = next(parent for parent in Path(__file__).resolve().parents if (parent / "services").is_dir())
    return root.parent / "shared" / "data"


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["dcl"]) as urls:
        migrate(urls["dcl"].owner, "dcl", migrations_folder("dcl"))
        yield urls


@pytest.fixture(scope="session")
def objects_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def tenant() -> UUID:
    return uuid4()


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["dcl"].app, "dcl")
    yield database
    await database.close()


@dataclass
class LakeBench:
    """A real lake, and a writer of canonical batches beside it."""

    lake: DuckLake
    root: Path
    written: int = field(default=0)

    def batch(self, tenant: UUID, rows: list[dict[str, Any]], types: dict[str, pa.DataType] | None = None) -> str:
        """Write a canonical batch and return its object key."""
        self.written += 1
        key = f"aam/canonical/{self.written}.parquet"
        path = self.root / str(tenant) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [{"_extras": None, "_version": 1, **row} for row in rows]
        fields = {
            "_key": pa.string(),
            "_version": pa.int64(),
            "_extras": pa.string(),
            "_deleted": pa.bool_(),
            **(types or {}),
        }
        names = dict.fromkeys(name for row in rows for name in row)
        schema = pa.schema([(name, fields.get(name, pa.string())) for name in names])
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return key


@pytest.fixture
async def bench(provisioned: Provisioned, objects_root: Path) -> AsyncIterator[LakeBench]:
    ontology = load_ontology()
    settings = LakeSettings(provisioned.lake, f"file://{objects_root}")
    connections = LakeConnections(settings, ontology.entities)
    lake = DuckLake(connections, ObjectStore(f"file://{objects_root}"), ontology)
    yield LakeBench(lake, objects_root)
    await lake.close()


@pytest.fixture
async def service(provisioned: Provisioned, objects_root: Path, issuer: Issuer) -> AsyncIterator[Service]:
    settings = Settings(
        grpc_port=free_port(),
        database_url=SecretStr(provisioned["dcl"].app),
        lake_catalog_url=SecretStr(provisioned.lake),
        objects_url=f"file://{objects_root}",
        jwks_url="http://identity/jwks",
    )
    service = await build(settings, frozenset({"serve"}))
    service.http.state.verifier._client = issuer.client()
    await service.grpc.start()
    service.http.state.grpc_port = settings.grpc_port
    yield service
    await service.grpc.stop(None)
    for close in service.close:
        await close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://dcl") as client:
        yield client
