"""DuckDB connections, each attached to exactly one tenant's lake with its configuration locked.

Isolation is structural: another tenant's catalogue is not attached and its files lie outside the one folder that may be
read. A bounded number stays open; the least recently used one is closed when a further tenant comes.
"""

import importlib.resources
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import duckdb
import structlog

from dcl.adapters.lake.tables import ensure_tables
from dcl.domain.errors import LakeUnavailable
from dcl.domain.ontology import Entity

log = structlog.get_logger()

MAX_OPEN = 16
CONNECT_SECONDS = 5
EXTENSIONS = ("postgres_scanner", "ducklake")


@dataclass(frozen=True)
class LakeSettings:
    """Where lakes are kept, and what one connection may use."""

    catalog_url: str = field(repr=False)
    objects_url: str
    objects_options: dict[str, str] = field(default_factory=dict, repr=False)
    memory_limit: str = "512MB"
    threads: int = 2


def extension_path(name: str) -> str:
    """Return the file of a DuckDB extension inside its wheel."""
    package = importlib.resources.files(f"duckdb_extension_{name}")
    return str(package / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _libpq(url: str) -> str:
    """Return a PostgreSQL URL in libpq's key=value form, which ATTACH takes."""
    parts = urlsplit(url)
    values = {
        "host": parts.hostname or "127.0.0.1",
        "port": str(parts.port or 5432),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": parts.path.lstrip("/"),
        "connect_timeout": str(CONNECT_SECONDS),
        **dict(parse_qsl(parts.query)),
    }
    escaped = {key: value.replace("\\", "\\\\").replace("'", "\\'") for key, value in values.items()}
    return " ".join(f"{key}='{value}'" for key, value in escaped.items())


class LakeConnections:
    """Opens, keeps and closes the tenants' connections. Blocking: use from worker threads."""

    def __init__(self, settings: LakeSettings, entities: Sequence[Entity]) -> None:
        self._settings = settings
        self._entities = list(entities)
        self._open: OrderedDict[UUID, duckdb.DuckDBPyConnection] = OrderedDict()
        self._lock = threading.Lock()

    def cursor(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        """Return a cursor of the tenant's connection, for one thread.

        A connection that leaves the cache is not closed but let go: closing it would break off the cursors that other
        threads use. It ends with the last of them.
        """
        with self._lock:
            connection = self._open.get(tenant_id)
            if connection is None:
                connection = self._open[tenant_id] = self._connect(tenant_id)
            self._open.move_to_end(tenant_id)
            while len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
            return connection.cursor()

    def discard(self, tenant_id: UUID) -> None:
        """Let a tenant's connection go, so that the next use opens a new one."""
        with self._lock:
            self._open.pop(tenant_id, None)

    def close(self) -> None:
        """Close all, also under cursors in use."""
        while self._open:
            self._open.popitem()[1].close()

    def _connect(self, tenant_id: UUID) -> duckdb.DuckDBPyConnection:
        settings = self._settings
        connection = duckdb.connect(
            ":memory:",
            config={
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
            self._attach(connection, tenant_id)
            ensure_tables(connection, self._entities)
        except duckdb.Error as error:
            connection.close()
            log.warning("lake.attach_failed", error=type(error).__name__)
            raise LakeUnavailable("The lake cannot be opened.", hint="Is its catalogue database up?") from error
        return connection

    def _attach(self, connection: duckdb.DuckDBPyConnection, tenant_id: UUID) -> None:
        for name in EXTENSIONS:
            connection.execute(f"LOAD {_literal(extension_path(name))}")
        root = self._root(connection, tenant_id)
        connection.execute(
            f"ATTACH {_literal('ducklake:postgres:' + _libpq(self._settings.catalog_url))} AS lake "
            f"(DATA_PATH {_literal(root + '/lake/')}, METADATA_SCHEMA 'lake_{tenant_id.hex}')"
        )
        connection.execute(f"SET allowed_directories = [{_literal(root + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")

    def _root(self, connection: duckdb.DuckDBPyConnection, tenant_id: UUID) -> str:
        url = self._settings.objects_url.rstrip("/")
        if url.startswith("file://"):
            folder = Path(unquote(urlsplit(url).path)) / str(tenant_id)
            (folder / "lake").mkdir(parents=True, exist_ok=True)
            return str(folder)
        self._use_s3(connection)
        return f"{url}/{tenant_id}"

    def _use_s3(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"LOAD {_literal(extension_path('httpfs'))}")
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
