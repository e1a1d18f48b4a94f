"""Which place is looked at how."""

from aos_common.egress import Egress
from aos_common.folders import AllowedFolders

from aod.adapters.places.folder import FolderPlace
from aod.adapters.places.postgres import PostgresPlace
from aod.domain.location import Location, PlaceKind
from aod.ports import Found


class InstalledPlaces:
    """The `Places` port: allowed folders, and PostgreSQL databases at allowed addresses."""

    def __init__(self, folders: AllowedFolders, egress: Egress) -> None:
        self._folder, self._postgres = FolderPlace(folders), PostgresPlace(egress)

    def refuse_forbidden(self, location: Location) -> None:
        """Raise `PathNotAllowed` for a folder outside the roots."""
        if location.kind is PlaceKind.FOLDER:
            self._folder.refuse_forbidden(location)

    async def look(self, location: Location, found: Found) -> list[str]:
        """Hand over every data set as it is found; return what was left out, in words."""
        place = self._folder if location.kind is PlaceKind.FOLDER else self._postgres
        return await place.look(location, found)
