"""The postgres connector: how settings open a source."""

from collections.abc import Mapping
from typing import Any

from aos_common.egress import Egress

from aam.adapters.sources.postgres.settings import PostgresSettings
from aam.adapters.sources.postgres.source import PostgresSource
from aam.adapters.sources.settings import public_and_secret
from aam.ports import Credentials, Json


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

    def open(self, public: Json, secret: Mapping[str, str]) -> PostgresSource:
        """The database behind the settings."""
        return PostgresSource(PostgresSettings.model_validate({**public, **secret}), self._egress)

    def open_renewing(self, public: Json, secret: Mapping[str, str], credentials: Credentials) -> PostgresSource:
        """The same, with a place that keeps how far each stream is saved, so that the slot can be moved on."""
        return PostgresSource(PostgresSettings.model_validate({**public, **secret}), self._egress, credentials)

    def held(self, public: Json) -> str:
        """Name the replication slot, for which the source keeps its log."""
        return str(public.get("replication_name", "")) if public.get("replication", "off") != "off" else ""

    def release(self, public: Json, secret: Mapping[str, str]) -> None:
        """Drop the slot and the publication."""
        self.open(public, secret).follower.release()
