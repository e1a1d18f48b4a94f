"""The connectors of this installation: one line each, loaded when first asked for."""

from collections.abc import Callable
from pathlib import Path

from aos_common.egress import Egress
from aos_common.folders import AllowedFolders

from aam.domain.errors import UnknownConnector
from aam.ports import Connector


class InstalledConnectors:
    """Finds a connector by its name."""

    def __init__(self, folders: AllowedFolders, egress: Egress, scratch: Path | None = None) -> None:
        self._makers: dict[str, Callable[[], Connector]] = {
            "files": lambda: _files(folders, egress, scratch),
            "mongo": lambda: _mongo(egress),
            "postgres": lambda: _postgres(egress),
            "salesforce": lambda: _salesforce(egress),
        }
        self._made: dict[str, Connector] = {}

    def all(self) -> list[Connector]:
        """Every connector, by name."""
        return [self.get(name) for name in sorted(self._makers)]

    def get(self, name: str) -> Connector:
        """The connector of this name; `UnknownConnector` when there is none."""
        if name not in self._makers:
            raise UnknownConnector(
                f"There is no connector {name!r}.", hint=f"Choose one of {', '.join(sorted(self._makers))}."
            )
        if name not in self._made:
            self._made.setdefault(name, self._makers[name]())
        return self._made[name]


def _files(folders: AllowedFolders, egress: Egress, scratch: Path | None) -> Connector:
    from aam.adapters.sources.files import FilesConnector  # noqa: PLC0415  drivers cost time and memory: only those used

    return FilesConnector(folders, egress, scratch=scratch)


def _mongo(egress: Egress) -> Connector:
    from aam.adapters.sources.mongo.connector import MongoConnector  # noqa: PLC0415  as above

    return MongoConnector(egress)


def _postgres(egress: Egress) -> Connector:
    from aam.adapters.sources.postgres import PostgresConnector  # noqa: PLC0415  as above

    return PostgresConnector(egress)


def _salesforce(egress: Egress) -> Connector:
    from aam.adapters.sources.salesforce.connector import SalesforceConnector  # noqa: PLC0415  as above

    return SalesforceConnector(egress)
