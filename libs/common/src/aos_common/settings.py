"""The environment every service reads; each service adds its own in its `settings.py`."""

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from aos_common.folders import AllowedFolders
from aos_common.tls import MutualTls, mutual_tls

__all__ = ["ConnectorSettings", "ServiceSettings", "SourceSettings"]


class ServiceSettings(BaseSettings):
    """Settings common to all services, from `AOS_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="AOS_", extra="ignore", frozen=True, hide_input_in_errors=True)

    env: str = Field("local", description="Name of the installation, for logs and traces.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    http_port: int = Field(0, ge=0, le=65535, description="Port of the REST API; 0 chooses a free one.")
    grpc_port: int = Field(0, ge=0, le=65535, description="Port of the gRPC API; 0 chooses a free one.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    database_url: SecretStr = Field(
        description="postgresql:// URL of this service's `<svc>_app` role, with sslmode and sslrootcert as in libpq, "
        "and pgbouncer=true when it leads to PgBouncer in transaction mode.",
    )
    database_pool: int = Field(8, ge=1, le=100, description="Connections to PostgreSQL per process, at most.")
    database_wait: float = Field(1.0, gt=0, description="Seconds to wait for a free connection before 503.")
    redis_url: SecretStr = Field(SecretStr("redis://127.0.0.1:6379/0"), description="Valkey or Redis, redis(s)://.")
    objects_url: str = Field("file:///var/lib/autonomos/objects", description="Root of objects: file:// or s3://.")
    objects_options: dict[str, str] = Field(
        default_factory=dict,
        description="fsspec options of the object store as JSON, e.g. an S3 endpoint_url; "
        "ca_file names the authority of its certificate.",
    )

    issuer: str = Field("https://identity.autonomos.local", description="`iss` of access tokens.")
    audience: str = Field("autonomos", description="`aud` of access tokens.")
    jwks_url: str = Field("", description="Where identity publishes its signing keys.")
    token_url: str = Field("", description="Identity's token endpoint for service tokens.")
    client_id: str = Field("", description="This service's client id at identity.")
    client_secret: SecretStr = Field(SecretStr(""), description="This service's client secret.")

    identity_grpc: str = Field("127.0.0.1:0", description="host:port of identity's gRPC API.")
    aod_grpc: str = Field("127.0.0.1:0", description="host:port of AOD's gRPC API.")
    aam_grpc: str = Field("127.0.0.1:0", description="host:port of AAM's gRPC API.")
    dcl_grpc: str = Field("127.0.0.1:0", description="host:port of DCL's gRPC API.")
    aoa_grpc: str = Field("127.0.0.1:0", description="host:port of AOA's gRPC API.")
    nlp_gateway_grpc: str = Field("127.0.0.1:0", description="host:port of the NLP gateway's gRPC API.")

    tls_cert: Path | None = Field(
        None, description="PEM file with this service's certificate; with the next two, inside traffic is mutual TLS."
    )
    tls_key: Path | None = Field(None, description="PEM file with its key.")
    tls_ca: Path | None = Field(None, description="PEM file with the authority that signs every service's certificate.")

    otlp_endpoint: str = Field("", description="OTLP/HTTP endpoint for traces; empty keeps them in process.")
    trace_sample: float = Field(0.1, ge=0, le=1, description="Share of traces begun here that are recorded.")
    canonical_partitions: int = Field(4, ge=1, le=256, description="Number of `aam:canonical:<n>` streams.")

    def mutual_tls(self) -> MutualTls | None:
        """Mutual TLS between services, or None when it is not set up."""
        return mutual_tls(self.tls_cert, self.tls_key, self.tls_ca)


class ConnectorSettings(ServiceSettings):
    """Settings of services that reach out with tenants' credentials."""

    credential_key: str = Field(
        "",
        description="Key that wraps the keys of stored credentials: file:///run/secrets/key, env:NAME (base64 keys of "
        "32 bytes, the last wraps), or vault+https://host:8200/transit/keys/NAME?token_file=…; several by comma, the "
        "first wraps.",
    )
    connector_vault: str = Field(
        "",
        description="Vault where tenants keep credentials of their own, "
        "vault+https://host:8200/<mount>/data/tenants/{tenant}?token_file=…; empty refuses credential locators.",
    )
    egress_allow: str = Field(
        "",
        description="Private networks, addresses and hosts that connectors may reach, by comma, each with a port if "
        "one will do: 10.20.0.0/16, 127.0.0.1:5432, db.internal. Public addresses need no entry.",
    )


class SourceSettings(ConnectorSettings):
    """Settings of services that read tenants' sources."""

    file_roots: str = Field("", description="Folders that connectors may read, separated by ':'; empty means none.")
    private_folders: str = Field(
        "", description="Folders that no connector reads even below its roots, separated by ':', e.g. that of secrets."
    )

    def folders(self) -> AllowedFolders:
        """The folders that may be discovered and read."""
        return AllowedFolders(_paths(self.file_roots), _paths(self.private_folders))


def _paths(folders: str) -> list[Path]:
    return [Path(folder) for folder in folders.split(os.pathsep) if folder]
