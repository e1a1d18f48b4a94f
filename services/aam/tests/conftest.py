"""What the tests of the mesh share: real PostgreSQL, real files, the shared data beside the repository."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from aam.adapters.connections import PostgresConnections
from aam.adapters.deliveries import PostgresDeliveries
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.adapters.onboarding.reach import TcpReach
from aam.adapters.quarantine import PostgresQuarantine
from aam.adapters.runs import PostgresRuns
from aam.adapters.sources.registry import InstalledConnectors
from aam.adapters.statistics import PostgresStatistics
from aam.domain.connection import Connection
from aam.domain.mapping import Mapping
from aam.domain.onboarding import ProposedMapping
from aam.domain.schema import StreamSchema
from aam.entrypoints.api import AamApi
from aam.ports import SampleColumn
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.migrations import migrate
from aos_common.objects import ObjectStore
from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox
from aos_local.provision import Provisioned
from aos_local.testing import postgres, provisioned_postgres
from aos_local.testing_mongo import mongo


@pytest.fixture(scope="session")
def shared_data() -> Path:
    root = next(folder for folder in Path(__file__).parents if (folder / "libs").is_dir())
    return root.parent / "shared" / "data"


@pytest.fixture(scope="session")
def source_url() -> Iterator[str]:
    """A PostgreSQL that plays the customer's database."""
    with postgres() as url:
        yield url


@pytest.fixture
def shop(source_url: str) -> Iterator[str]:
    """The URL of an empty database of the customer's, on a server with logical replication; its slots go with it."""
    name = f"shop_{uuid4().hex[:8]}"
    with psycopg.connect(source_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        # The log tells of what is on disk, and the servers of tests write lazily.
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        yield urlunsplit(urlsplit(source_url)._replace(path=f"/{name}"))
        slots = "SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = %s"
        for slot, pid in admin.execute(slots, [name]).fetchall():
            if pid:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            admin.execute("SELECT pg_drop_replication_slot(%s)", [slot])
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """A server that speaks MongoDB's wire protocol and asks for a password; yields its administrator's URL."""
    with mongo() as url:
        yield url


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(f"file://{tmp_path}/objects")


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["aam"]) as urls:
        migrate(urls["aam"].owner, "aam", migrations_folder("aam"))
        yield urls


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["aam"].app, "aam", pool_size=4)
    yield database
    await database.close()


class KnownMappings:
    """DCL as the mesh sees it: approves at once what it knows, and keeps the rest for later."""

    def __init__(self) -> None:
        self.known: dict[str, Mapping] = {}
        self.asked: dict[str, list[SampleColumn]] = {}
        self.held: dict[str, bool] = {}
        self.proposals: dict[str, ProposedMapping] = {}

    async def propose(
        self,
        tenant_id: UUID,
        connection: Connection,
        schema: StreamSchema,
        stream: str,
        sample: Sequence[SampleColumn],
        *,
        hold: bool = False,
    ) -> None:
        self.asked[stream] = list(sample)
        self.held[stream] = hold

    async def in_force(self, tenant_id: UUID, connection_id: UUID, stream: str) -> Mapping | None:
        return None if self.held.get(stream) else self.known.get(stream)

    async def proposed(
        self, tenant_id: UUID, connection_id: UUID, streams: Collection[str]
    ) -> dict[str, ProposedMapping]:
        return {name: one for name, one in self.proposals.items() if name in streams}


@pytest.fixture
def mappings() -> KnownMappings:
    return KnownMappings()


class KnownFlags:
    """The flags a test has switched; the others have their defaults."""

    def __init__(self) -> None:
        self.switched: dict[str, bool] = {}

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        return self.switched.get(flag, default)


@pytest.fixture
def flags() -> KnownFlags:
    return KnownFlags()


@pytest.fixture
def api(database: Database, objects: ObjectStore, mappings: KnownMappings, flags: KnownFlags) -> AamApi:
    """The mesh on real storage; only DCL is played."""
    return AamApi(
        connectors=InstalledConnectors(AllowedFolders((Path("/"),)), Egress("127.0.0.1")),
        connections=PostgresConnections(database, SecretBox(LocalKeys([b"k" * 32])), CredentialLocators()),
        runs=PostgresRuns(database, 4),
        quarantine=PostgresQuarantine(database),
        extractor=ArrowExtractor(objects, quarantine_limit=10),
        mappings=mappings,
        clock=lambda: datetime.now(UTC),
        flags=flags,
        reach=TcpReach(Egress("127.0.0.1"), 1.0),
        statistics=PostgresStatistics(database),
        deliveries=PostgresDeliveries(database),
        streams_at_once=2,
    )
