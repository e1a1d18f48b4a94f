"""The connector for files: its settings, and which place they mean."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.tabular import ReadOptions

from aam.adapters.sources.files.opening import Opening
from aam.adapters.sources.files.places.bucket import Bucket
from aam.adapters.sources.files.places.http import Http
from aam.adapters.sources.files.places.local import LocalFolder
from aam.adapters.sources.files.places.place import Place
from aam.adapters.sources.files.places.signing import Keys
from aam.adapters.sources.files.places.spool import Spool
from aam.adapters.sources.files.places.web import WebFile
from aam.adapters.sources.files.settings import FileSettings
from aam.adapters.sources.files.source import FileSource
from aam.adapters.sources.settings import public_and_secret
from aam.ports import Json


class FilesConnector:
    """Files in the allowed folders (without any, no file of this machine may be read), in buckets, behind URLs.

    `egress` decides about hosts; `scratch` is the folder for copies of what is remote or packed.
    """

    name = "files"
    title = "Files in a folder, a bucket or behind a URL"

    def __init__(
        self,
        folders: AllowedFolders,
        egress: Egress | None = None,
        *,
        batch_bytes: int = ReadOptions.batch_bytes,
        scratch: Path | None = None,
    ) -> None:
        self._folders, self._batch_bytes = folders, batch_bytes
        self._egress, self._scratch = egress or Egress(), scratch

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of `FileSettings`."""
        return FileSettings.model_json_schema()

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings, secrets apart."""
        return public_and_secret(FileSettings, settings)

    def open(self, public: Json, secret: Mapping[str, str]) -> FileSource:
        """The files that the settings name."""
        settings = FileSettings.model_validate({**public, **secret})
        spool = Spool(self._scratch, settings.max_bytes, settings.fetch_seconds)
        return FileSource(settings, Opening(self._place(settings, spool), spool, settings, self._batch_bytes))

    def _place(self, settings: FileSettings, spool: Spool) -> Place:
        http = Http(self._egress, settings.fetch_seconds)
        match settings.scheme:
            case "s3":
                keys = Keys(settings.access_key, settings.secret_key.get_secret_value(), settings.region)
                return Bucket(settings.path, settings.pattern, settings.endpoint, keys, http, spool)
            case "http" | "https":
                query, token = settings.query.get_secret_value(), settings.bearer_token.get_secret_value()
                return WebFile(settings.path, query, token, http, spool)
            case _:
                return LocalFolder(settings.path, settings.pattern, self._folders)
