"""Settings of the postgres connector."""

from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from aam.adapters.sources.settings import Locator


class PostgresSettings(BaseModel):
    """Settings of the postgres connector; `url` may stand for host, port, database, user and password."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1, description="Host name or address.")
    port: int = Field(5432, ge=1, le=65535, description="Port.")
    database: str = Field(min_length=1, description="Name of the database.")
    user: str = Field(min_length=1, description="A user that may read; it needs no other right.")
    password: SecretStr = Field(SecretStr(""), description="Its password.")
    password_from: Locator = Field(
        "", description="In place of the password, where it is in your vault: vault:path/of/secret#field."
    )
    sslmode: str = Field(
        "prefer",
        pattern="^(disable|allow|prefer|require|verify-ca|verify-full)$",
        description="Whether the connection is encrypted, and whose certificate it takes, as libpq has it.",
    )
    schemas: list[str] = Field(default_factory=list, description="Schemas to read; empty means all.")
    exclude_columns: dict[str, list[str]] = Field(
        default_factory=dict, description="Columns never read, by stream (schema.table)."
    )
    cursors: dict[str, str] = Field(
        default_factory=dict,
        description="Column that grows with every change, by stream; an empty text means: always read everything.",
    )
    cursor_lag_seconds: int = Field(60, ge=0, description="How long a transaction of the source may stay open.")
    replication: Annotated[str, Field(pattern="^(auto|off|required)$")] = Field(
        "off",
        description="Follow changes by logical replication: `auto` where it is possible, `required` or not at all. "
        "It makes a publication and a slot at the source, for which the source keeps its log.",
    )
    replication_name: Annotated[str, Field(pattern="^([a-z_][a-z0-9_]{0,62})?$")] = Field(
        "", description="Name of the slot and the publication, no other connection's; one is made up if it is empty."
    )
    slot_warn_mb: int = Field(1024, ge=1, description="Log kept for the slot, above which there is a warning.")
    slot_drop_mb: int = Field(8192, ge=1, description="Log kept for the slot, above which the slot is dropped.")
    statement_timeout_seconds: int = Field(3600, ge=1, description="Longest time one table may take to read.")

    @model_validator(mode="after")
    def _named(self) -> "PostgresSettings":
        if self.replication != "off" and not self.replication_name:
            self.replication_name = f"autonomos_{uuid4().hex[:16]}"
        return self

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
