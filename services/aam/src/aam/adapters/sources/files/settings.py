"""Settings of the files connector."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from aam.adapters.sources.files.globs import refuse_glob
from aam.adapters.sources.settings import Locator

LOCATED = "In place of it, where it is in your vault: vault:path#field."
SCHEMES = ("s3", "http", "https")


class FileSettings(BaseModel):
    """Where the files are, which of them, how they are read, and how much of them at most."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        min_length=1,
        max_length=2000,
        description="A folder or one file on the machine that runs the mesh, s3://bucket/prefix, or the http(s) URL of "
        "one file without its query.",
    )
    pattern: str = Field("**/*", pattern=r"^[^/]", description="Which files of the folder or bucket, as a glob.")
    streams: dict[str, str] = Field(
        default_factory=dict,
        max_length=100,
        description="Files of one shape that are one stream, as name: glob, e.g. a folder of daily exports.",
    )
    endpoint: str = Field("", description="URL of the S3 server; empty: Amazon's of the region.")
    region: str = Field("us-east-1", pattern=r"^[a-z0-9-]{2,40}$", description="Region of the bucket.")
    access_key: str = Field("", description="Access key of the bucket; empty: the bucket is public.")
    secret_key: SecretStr = Field(SecretStr(""), description="Its secret key.")
    secret_key_from: Locator = Field("", description=LOCATED)
    bearer_token: SecretStr = Field(SecretStr(""), description="Token that a URL is asked with, as Authorization.")
    bearer_token_from: Locator = Field("", description=LOCATED)
    query: SecretStr = Field(SecretStr(""), description="Query of a URL, kept secret because it may hold a signature.")
    query_from: Locator = Field("", description=LOCATED)
    max_file_mb: int = Field(16_384, ge=1, le=1 << 20, description="Largest file that is fetched or unpacked, in MiB.")
    fetch_seconds: int = Field(3600, ge=1, le=86_400, description="Longest time that fetching one file may take.")
    encoding: str = Field("", description="Encoding of every text file; empty means: find out.")
    null_markers: list[str] = Field(["NULL", "\\N"], description="Unquoted texts that mean null.")
    exclude_columns: dict[str, list[str]] = Field(
        default_factory=dict, description="Columns never read, by stream name."
    )

    @property
    def scheme(self) -> str:
        """`s3`, `http`, `https`, or empty for a path on this machine."""
        scheme = self.path.partition("://")[0].lower() if "://" in self.path else ""
        return scheme if scheme in SCHEMES else ""

    @property
    def max_bytes(self) -> int:
        """The largest file in bytes."""
        return self.max_file_mb << 20

    @field_validator("endpoint")
    @classmethod
    def _is_endpoint(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or urlsplit(url).path not in ("", "/")):
            raise ValueError("the endpoint must look like https://s3.example.com")
        _refuse_url(url)
        return url.rstrip("/")

    @field_validator("path")
    @classmethod
    def _is_place(cls, path: str) -> str:
        scheme, found, rest = path.partition("://")
        if not found:
            return path
        kind: Literal["s3", "web", ""] = "s3" if scheme == "s3" else "web" if scheme in ("http", "https") else ""
        if not kind:
            raise ValueError("a path, s3://bucket/prefix, or an http(s) URL is read")
        if kind == "s3" and not rest.partition("/")[0]:
            raise ValueError("the path must look like s3://bucket/prefix")
        if kind == "web":
            _refuse_url(path)
        return path

    @field_validator("streams")
    @classmethod
    def _are_globs(cls, streams: dict[str, str]) -> dict[str, str]:
        for name, glob in streams.items():
            if not name or len(name) > 200:
                raise ValueError("a stream's name has 1 to 200 characters")
            refuse_glob(glob)
        return streams

    @field_validator("pattern")
    @classmethod
    def _is_glob(cls, pattern: str) -> str:
        refuse_glob(pattern)
        return pattern

    @model_validator(mode="after")
    def _has_both_keys(self) -> "FileSettings":
        if self.access_key and not (self.secret_key.get_secret_value() or self.secret_key_from):
            raise ValueError("access_key needs secret_key")
        return self


def _refuse_url(url: str) -> None:
    """Raise ValueError where a URL would carry what must not be stored in the open, or has no host."""
    if not url:
        return
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("the URL has no host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("credentials and the query have settings of their own")
