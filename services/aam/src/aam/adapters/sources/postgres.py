"""PostgreSQL tables and views as streams, read straight into Arrow inside read-only snapshots."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from aos_common.egress import Egress, EgressRefused, HostUnknown
from aos_common.secrets import CredentialLocators
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from aam.adapters.sources.postgres_catalog import COLUMNS_SQL, CatalogTable, tables
from aam.adapters.sources.postgres_errors import named_errors
from aam.adapters.sources.postgres_read import PostgresRead
from aam.adapters.sources.settings import public_and_secret
from aam.domain.errors import SourceError
from aam.ports import DiscoveredStream, Json

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc  # type: ignore[import-untyped]  # ships no types

SESSION = (
    "SET default_transaction_read_only = on",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET lock_timeout = '10s'",
    "SET search_path = ''",
)


class PostgresSettings(BaseModel):
    """Settings of the postgres connector; `url` may stand for host, port, database, user and password."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1, description="Host name or address.")
    port: int = Field(5432, ge=1, le=65535, description="Port.")
    database: str = Field(min_length=1, description="Name of the database.")
    user: str = Field(min_length=1, description="A user that may read; it needs no other right.")
    password: SecretStr = Field(SecretStr(""), description="Its password.")
    password_from: str = Field(
        "", description="In place of the password, where it is in your vault: vault:path/of/secret#field."
    )
    sslmode: Annotated[str, Field(pattern="^(disable|allow|prefer|require|verify-ca|verify-full)$")] = "prefer"
    schemas: list[str] = Field(default_factory=list, description="Schemas to read; empty means all.")
    exclude_columns: dict[str, list[str]] = Field(
        default_factory=dict, description="Columns never read, by stream (schema.table)."
    )
    cursors: dict[str, str] = Field(
        default_factory=dict,
        description="Column that grows with every change, by stream; an empty text means: always read everything.",
    )
    cursor_lag_seconds: int = Field(60, ge=0, description="How long a transaction of the source may stay open.")
    statement_timeout_seconds: int = Field(3600, ge=1, description="Longest time one table may take to read.")

    @field_validator("password_from")
    @classmethod
    def _is_locator(cls, locator: str) -> str:
        if locator:
            CredentialLocators.check(locator)
        return locator

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "url" not in values:
            return values
        rest = {name: value for name, value in values.items() if name != "url"}
        parts = urlsplit(str(values["url"]))
        if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
            raise ValueError("url must look like postgresql://user:password@host:5432/database")
        found = {
            "host": parts.hostname,
            "port": parts.port or 5432,
            "database": unquote(parts.path.lstrip("/")),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "sslmode": parse_qs(parts.query).get("sslmode", ["prefer"])[0],
        }
        return {**found, **rest}


class PostgresConnector:
    """The connector for PostgreSQL 12 and later, at addresses that `egress` allows."""

    name = "postgres"
    title = "PostgreSQL"

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of `PostgresSettings`; `url` is accepted in place of its parts."""
        schema = PostgresSettings.model_json_schema()
        url = {"type": "string", "writeOnly": True, "title": "Url", "description": "postgresql://user:password@host/db"}
        schema["properties"]["url"] = url
        schema["anyOf"] = [{"required": ["url"]}, {"required": schema.pop("required")}]
        return schema

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings; the password is the secret."""
        return public_and_secret(PostgresSettings, settings)

    def open(self, public: Json, secret: Mapping[str, str]) -> "PostgresSource":
        """The database behind the settings."""
        return PostgresSource(PostgresSettings.model_validate({**public, **secret}), self._egress)


class PostgresSource:
    """Reads tables and views; every session is read-only and every reading is one REPEATABLE READ snapshot."""

    def __init__(self, settings: PostgresSettings, egress: Egress) -> None:
        self._settings, self._egress = settings, egress
        self.location = f"postgresql://{settings.host}:{settings.port}/{settings.database}"

    def check(self) -> None:
        """Raise unless the server accepts the user."""
        with self._session("the database") as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()

    def discover(self) -> list[DiscoveredStream]:
        """Every table and view the user may read; one with an unreadable column is listed with its error."""
        cursors = self._settings.cursors
        return [table.discovered(cursors.get(table.stream)) for table in self._tables()]

    def _tables(self) -> list[CatalogTable]:
        settings = self._settings
        with self._session("the catalogue") as cursor:
            cursor.execute(COLUMNS_SQL)
            found = tables(cursor.fetch_arrow_table().to_pylist())
        return [
            table.without(settings.exclude_columns.get(table.stream, ()))
            for table in found
            if not settings.schemas or table.schema in settings.schemas
        ]

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[PostgresRead]:
        """Open one table; rows newer than the cursor where the table has one, else all."""
        table = next((table for table in self._tables() if table.stream == stream), None)
        if table is None or table.unreadable():
            raise SourceError(
                table.unreadable() if table else f"{self.location}: {stream} is gone, or the user may not read it.",
                hint="" if table else "Discover the connection again, or GRANT SELECT to the user.",
                reason="UNSUPPORTED_COLUMN_TYPE" if table else "SOURCE_CHANGED",
            )
        with self._session(stream) as session:
            session.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgresRead(
                table,
                table.stream_schema(self._settings.cursors.get(stream)),
                session,
                cursor,
                lag_seconds=self._settings.cursor_lag_seconds,
            )

    @property
    def _secret(self) -> str:
        return self._settings.password.get_secret_value()

    @contextmanager
    def _session(self, what: str) -> "Iterator[adbc.Cursor]":
        # Loaded where it is used: it brings every data-frame library it finds, 50 MB in a process that needs none.
        import adbc_driver_postgresql.dbapi as adbc  # noqa: PLC0415  only sources that need it pay for it

        addresses = self._addresses()
        with named_errors(self.location, what, self._secret):
            connection = adbc.connect(self._url(addresses), autocommit=True)
            try:
                with connection.cursor() as cursor:
                    for statement in SESSION:
                        cursor.execute(statement)
                    seconds = self._settings.statement_timeout_seconds
                    cursor.execute(f"SET statement_timeout = '{seconds}s'")
                    yield cursor
            finally:
                connection.close()

    def _addresses(self) -> list[str]:
        try:
            return self._egress.addresses_now(self._settings.host, self._settings.port)
        except (EgressRefused, HostUnknown) as error:
            raise SourceError(error.message, hint=error.hint, reason=f"SOURCE_{error.reason}") from None

    def _url(self, addresses: list[str]) -> str:
        """The URL with the checked addresses: libpq resolves no name then, and keeps the host for the certificate."""
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else quote(settings.host, safe="")
        trusted = "&sslrootcert=system" if settings.sslmode == "verify-full" else ""
        return (
            f"postgresql://{quote(settings.user, safe='')}:{quote(self._secret, safe='')}"
            f"@{','.join([f'{host}:{settings.port}'] * len(addresses))}/{quote(settings.database, safe='')}"
            f"?hostaddr={quote(','.join(addresses), safe='')}&sslmode={settings.sslmode}{trusted}"
            "&connect_timeout=10&application_name=autonomos"
        )
