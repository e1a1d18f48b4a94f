"""DuckDB connections, each attached to exactly one tenant's lake with its configuration locked.

Isolation is structural: another tenant's catalogue belongs to another role of PostgreSQL, and its files lie outside the
one folder that may be read. A bounded number stays open; the least recently used one is closed when a further tenant
comes.
"""

import importlib.resources
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import duckdb
import structlog

from dcl.adapters.lake.roles import CatalogueRoles, catalogue_schema, libpq, server_of
from dcl.adapters.lake.tables import ensure_tables
from dcl.domain.errors import LakeUnavailable
from dcl.domain.ontology import Entity

log = structlog.get_logger()

MAX_OPEN = 16
EXTENSIONS = ("postgres_scanner", "ducklake")


@dataclass(frozen=True)
class LakeSettings:
    """Where lakes are kept, and what one connection may use."""

    catalog_url: str = field(repr=False)
    """Of `dcl_lake`, which makes the tenants' roles and never enters DuckDB."""
    objects_url: str
    objects_options: dict[str, str] = field(default_factory=dict, repr=False)
    memory_limit: str = "512MB"
    threads: int = 2
    connections: int = 32
    """What a tenant's role may hold in the catalogue's database at once, over all processes."""


def extension_path(name: str) -> str:
    """Return the file of a DuckDB extension inside its wheel."""
    package = importlib.resources.files(f"duckdb_extension_{name}")
    return str(package / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class LakeConnections:
    """Opens, keeps and closes the tenants' connections. Blocking: use from worker threads."""

    def __init__(self, settings: LakeSettings, entities: Sequence[Entity]) -> None:
        self._settings = settings
        self._entities = list(entities)
        self._roles = CatalogueRoles(settings.catalog_url, settings.connections)
        self._open: OrderedDict[UUID, duckdb.DuckDBPyConnection] = OrderedDict()
        self._opening: dict[UUID, threading.Lock] = {}
        self._lock = threading.Lock()
        self._checked = set[str]()
        """Extensions whose signatures this process has seen to be right."""

    def cursor(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        """Return a cursor of the tenant's connection, for one thread.

        A connection that leaves the cache is not closed but let go: closing it would break off the cursors that other
        threads use. It ends with the last of them.
        """
        with self._lock:
            if tenant_id in self._open:
                return self._cursor(tenant_id)
            opening = self._opening.setdefault(tenant_id, threading.Lock())
        # One tenant's opening, which takes a while, keeps no other tenant waiting.
        with opening:
            with self._lock:
                if tenant_id in self._open:
                    return self._cursor(tenant_id)
            try:
                connection = self._opened(tenant_id)
            finally:
                with self._lock:
                    self._opening.pop(tenant_id, None)
            with self._lock:
                self._open[tenant_id] = connection
                while len(self._open) > MAX_OPEN:
                    self._open.popitem(last=False)
                return self._cursor(tenant_id)

    def _cursor(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        self._open.move_to_end(tenant_id)
        return self._open[tenant_id].cursor()

    def discard(self, tenant_id: UUID) -> None:
        """Let a tenant's connection go, so that the next use opens a new one."""
        with self._lock:
            self._open.pop(tenant_id, None)

    def close(self) -> None:
        """Close all, also under cursors in use."""
        while self._open:
            self._open.popitem()[1].close()

    def _opened(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        if self._roles.ensure(tenant_id):
            return self._connect(tenant_id)
        with self._roles.creating(tenant_id):
            return self._connect(tenant_id)

    def _connect(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        settings, names = self._settings, self._extensions()
        connection = duckdb.connect(
            ":memory:",
            config={
                # Checking them takes a tenth of a second each, and they do not change while the process runs.
                "allow_unsigned_extensions": self._checked.issuperset(names),
                "threads": settings.threads,
                "memory_limit": settings.memory_limit,
                # DuckDB's own choice, `.tmp` in the working folder, may be somebody's project or read-only.
                "temp_directory": str(Path(tempfile.gettempdir()) / f"aos-lake-{os.getpid()}"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            },
        )
        try:
            connection.execute("SET TimeZone = 'UTC'")
            for name in names:
                connection.execute(f"LOAD {_literal(extension_path(name))}")
            connection.execute("SET allow_unsigned_extensions = false")
            self._checked.update(names)
            self._attach(connection, tenant_id)
            ensure_tables(connection, self._entities)
        except duckdb.Error as error:
            connection.close()
            log.warning("lake.attach_failed", error=type(error).__name__)
            raise LakeUnavailable("The lake cannot be opened.", hint="Is its catalogue database up?") from error
        except LakeUnavailable:
            connection.close()
            raise
        return connection

    def _attach(self, connection: duckdb.DuckDBPyConnection, tenant_id: UUID) -> None:
        root = self._root(connection, tenant_id)
        self._attach_catalogue(connection, tenant_id, f"{root}/lake/")
        connection.execute(f"SET allowed_directories = [{_literal(root + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")

    def _attach_catalogue(self, connection: duckdb.DuckDBPyConnection, tenant_id: UUID, files: str) -> None:
        login = self._roles.login(tenant_id)
        # DuckDB shows a secret's password to nobody; a query could read one in the parameters of ATTACH.
        connection.execute(
            f"CREATE SECRET catalogue (TYPE postgres, USER {_literal(login.role)}, PASSWORD {_literal(login.password)})"
        )
        schema = _literal(catalogue_schema(tenant_id))
        # META_SCHEMA: else DuckDB reads the definitions of every tenant's tables, if not their rows, at each opening.
        attach = (
            f"ATTACH {_literal('ducklake:postgres:' + libpq(server_of(self._settings.catalog_url)))} AS lake "
            f"(DATA_PATH {_literal(files)}, METADATA_SCHEMA {schema}, META_SCHEMA {schema}, META_SECRET 'catalogue')"
        )
        try:
            connection.execute(attach)
        except duckdb.IOException:
            # Either nothing answers, which this tells too, or the role's password is of an earlier one of dcl_lake.
            self._roles.ensure(tenant_id, renew=True)
            connection.execute(attach)

    def _extensions(self) -> Sequence[str]:
        return EXTENSIONS if self._settings.objects_url.startswith("file://") else (*EXTENSIONS, "httpfs")

    def _root(self, connection: duckdb.DuckDBPyConnection, tenant_id: UUID) -> str:
        url = self._settings.objects_url.rstrip("/")
        if url.startswith("file://"):
            folder = Path(unquote(urlsplit(url).path)) / str(tenant_id)
            (folder / "lake").mkdir(parents=True, exist_ok=True)
            return str(folder)
        self._use_s3(connection)
        return f"{url}/{tenant_id}"

    def _use_s3(self, connection: duckdb.DuckDBPyConnection) -> None:
        options = self._settings.objects_options
        endpoint = urlsplit(options.get("endpoint_url", ""))
        secret = {"KEY_ID": options.get("key", ""), "SECRET": options.get("secret", "")}
        if endpoint.netloc:
            secret |= {"ENDPOINT": endpoint.netloc, "URL_STYLE": "path"}
        body = ", ".join(f"{key} {_literal(value)}" for key, value in secret.items())
        use_ssl = "false" if endpoint.scheme == "http" else "true"
        if use_ssl == "true":
            # DuckDB encrypts without looking at the certificate unless it is told to; GLOBAL: for cursors, too.
            connection.execute("SET GLOBAL enable_server_cert_verification = true")
            if options.get("ca_file"):
                connection.execute(f"SET GLOBAL ca_cert_file = {_literal(options['ca_file'])}")
        connection.execute(f"CREATE SECRET (TYPE s3, {body}, USE_SSL {use_ssl})")
