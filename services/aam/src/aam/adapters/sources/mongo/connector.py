"""The connector for MongoDB, and its settings."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aos_common.egress import Egress
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from aam.adapters.sources.settings import Locator, public_and_secret
from aam.ports import Json

if TYPE_CHECKING:
    from aam.adapters.sources.mongo.source import MongoSource

PORT = 27017
BATCH_ROWS = 32_768
"""Documents in one batch at most."""
HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?")


def _seed(text: str) -> str:
    found = HOST.fullmatch(text)
    if not found or not 0 < int(found[1] or PORT) < 65536:
        raise ValueError("a host looks like db.example, db.example:27017 or [2001:db8::1]:27017")
    return text


def _path(name: str) -> str:
    """A path that the server itself can leave out."""
    if name == "_id" or "\\" in name or any(not part or part.startswith("$") for part in name.split(".")):
        raise ValueError("only named fields beside _id can be left out, without $, backslash or empty parts")
    return name


Seed = Annotated[str, AfterValidator(_seed)]
Excluded = Annotated[str, AfterValidator(_path)]


class MongoSettings(BaseModel):
    """Settings of the mongo connector; `url` may stand for hosts, database, user, password and TLS."""

    model_config = ConfigDict(extra="forbid")

    hosts: list[Seed] = Field(
        min_length=1, max_length=8, description="Members of the deployment; the first that answers is read."
    )
    database: str = Field(
        min_length=1, max_length=63, pattern=r'^[^/\\. "$\x00]+$', description="Name of the database."
    )
    user: str = Field("", description="A user with the role read on the database; it needs no other right.")
    password: SecretStr = Field(SecretStr(""), description="Its password.")
    password_from: Locator = Field(
        "", description="In place of the password, where it is in your vault: vault:path/of/secret#field."
    )
    auth_source: str = Field("admin", min_length=1, description="The database that knows the user.")
    tls: Literal["verify-full", "require", "disable"] = Field(
        "verify-full",
        description="verify-full checks the certificate and its name, require only encrypts, disable does neither.",
    )
    tls_ca: str = Field("", description="Certificates (PEM) to trust in place of the public ones.")
    collections: list[str] = Field(default_factory=list, description="Collections to read; empty means all.")
    exclude_columns: dict[str, list[Excluded]] = Field(
        default_factory=dict, description="Fields never read, by collection; a nested one as outer.inner."
    )
    sample_size: int = Field(1_000, ge=10, le=10_000, description="Documents a collection's columns are found from.")
    flatten_depth: int = Field(
        2, ge=0, le=8, description="Levels of nested documents that become columns; deeper ones stay JSON text."
    )
    change_streams: bool = Field(
        True, description="Follow the server's change streams where it has them; else always read everything."
    )
    read_timeout_seconds: int = Field(300, ge=5, le=86_400, description="Longest wait for one answer of the server.")

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "url" not in values:
            return values
        rest = {name: value for name, value in values.items() if name != "url"}
        return {**_parts(str(values["url"])), **rest}

    @model_validator(mode="after")
    def _is_named(self) -> "MongoSettings":
        if (self.password.get_secret_value() or self.password_from) and not self.user:
            raise ValueError("a password needs a user")
        return self


def _parts(url: str) -> dict[str, Any]:
    if url.startswith("mongodb+srv://"):
        raise ValueError("mongodb+srv:// names no host: enter the members of the deployment, mongodb://host1,host2/db")
    from bson.errors import BSONError  # noqa: PLC0415  see `MongoConnector.open`
    from pymongo.errors import PyMongoError  # noqa: PLC0415  see `MongoConnector.open`
    from pymongo.uri_parser import parse_uri  # noqa: PLC0415  see `MongoConnector.open`

    try:
        parts = parse_uri(url, validate=False, warn=False)
    except (PyMongoError, BSONError, ValueError):
        parts = {}
    if not parts.get("database"):
        raise ValueError("url must look like mongodb://user:password@host:27017/database")
    options = {name.lower(): value for name, value in parts["options"].items()}
    encrypted = str(options.get("tls", options.get("ssl", False))).lower() == "true"
    unchecked = str(options.get("tlsinsecure", options.get("tlsallowinvalidcertificates", False))).lower() == "true"
    found = {
        "hosts": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in parts["nodelist"]],
        "database": parts["database"],
        "user": parts["username"] or "",
        "password": parts["password"] or "",
        "tls": ("require" if unchecked else "verify-full") if encrypted else "disable",
    }
    return {**found, "auth_source": options["authsource"]} if "authsource" in options else found


class MongoConnector:
    """Deployments that speak the MongoDB wire protocol (5.0 and later), at addresses that `egress` allows."""

    name = "mongo"
    title = "MongoDB"

    def __init__(self, egress: Egress, batch_rows: int = BATCH_ROWS) -> None:
        self._egress, self._batch_rows = egress, batch_rows

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of `MongoSettings`; `url` is accepted in place of its parts."""
        schema = MongoSettings.model_json_schema()
        url = {"type": "string", "writeOnly": True, "title": "Url", "description": "mongodb://user:password@host/db"}
        schema["properties"]["url"] = url
        schema["anyOf"] = [{"required": ["url"]}, {"required": schema.pop("required")}]
        return schema

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings; the password is the secret."""
        return public_and_secret(MongoSettings, settings)

    def open(self, public: Json, secret: Mapping[str, str]) -> "MongoSource":
        """The database behind the settings."""
        # Loaded where it is used: the driver is 10 MB in a process that may never need it.
        from aam.adapters.sources.mongo.source import MongoSource  # noqa: PLC0415  only sources that need it pay for it

        return MongoSource(MongoSettings.model_validate({**public, **secret}), self._egress, self._batch_rows)
