"""The connectors of this installation: one line each."""

from pathlib import Path

from aos_common.egress import Egress
from aos_common.folders import AllowedFolders

from aam.adapters.sources.files import FilesConnector
from aam.adapters.sources.mongo.connector import MongoConnector
from aam.adapters.sources.postgres import PostgresConnector
from aam.adapters.sources.salesforce.connector import SalesforceConnector
from aam.domain.errors import UnknownConnector
from aam.ports import Connector


class InstalledConnectors:
    """Finds a connector by its name."""

    def __init__(self, folders: AllowedFolders, egress: Egress, scratch: Path | None = None) -> None:
        known: list[Connector] = [
            FilesConnector(folders, egress, scratch=scratch),
            MongoConnector(egress),
            PostgresConnector(egress),
            SalesforceConnector(egress),
        ]
        self._by_name = {connector.name: connector for connector in known}

    def all(self) -> list[Connector]:
        """Every connector, by name."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    def get(self, name: str) -> Connector:
        """The connector of this name; `UnknownConnector` when there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownConnector(
                f"There is no connector {name!r}.", hint=f"Choose one of {', '.join(sorted(self._by_name))}."
            ) from None
