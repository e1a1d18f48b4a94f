"""Settings of the mongo connector."""

import re
from typing import Annotated, Any, Literal

from aos_common.secrets import CredentialLocators
from bson.errors import BSONError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

PORT = 27017
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
    password_from: str = Field(
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
        return {**_parts(str(values["url"])), **rest}

    @model_validator(mode="after")
    def _is_named(self) -> "MongoSettings":
        if (self.password.get_secret_value() or self.password_from) and not self.user:
            raise ValueError("a password needs a user")
        return self


def _parts(url: str) -> dict[str, Any]:
    if url.startswith("mongodb+srv://"):
        raise ValueError("mongodb+srv:// names no host: enter the members of the deployment, mongodb://host1,host2/db")
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
