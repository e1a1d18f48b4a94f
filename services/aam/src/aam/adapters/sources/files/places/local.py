"""Files in the allowed folders of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aos_common.folders import AllowedFolders

from aam.adapters.sources.files.places.place import MAX_FILES, Entry, readable
from aam.domain.errors import SourceError


class LocalFolder:
    """A folder, or one file; read where it is."""

    local = True

    def __init__(self, path: str, pattern: str, folders: AllowedFolders) -> None:
        self._base, self._pattern, self._folders = Path(path).expanduser(), pattern, folders
        self.location = str(self._base)

    def entries(self) -> dict[str, Entry]:
        """Readable files by name; symbolic links that lead out of the allowed folders are left out."""
        base = self._allowed(self._base)
        if base.is_file():
            return {base.name: Entry(base.name, str(base))} if readable(base.name) else {}
        if not base.is_dir():
            raise SourceError(f"{self.location} does not exist.", hint="Check the path; it is read by the mesh itself.")
        found: dict[str, Entry] = {}
        for path in sorted(base.glob(self._pattern)):
            name = path.relative_to(base).as_posix()
            if not readable(name) or not path.is_file() or not self._folders.permits(path.resolve()):
                continue
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found[name] = Entry(name, str(path), modified=changed)
            if len(found) > MAX_FILES:
                raise SourceError(f"{self.location} holds more than {MAX_FILES} files.", hint="Narrow `pattern`.")
        return found

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[Path]:
        """The file itself; asked once more whether it may be read, for links can be turned."""
        path = Path(entry.key)
        self._allowed(path)
        yield path

    def _allowed(self, path: Path) -> Path:
        resolved = path.resolve()
        if not self._folders.permits(resolved):
            raise SourceError(
                f"{self.location} is outside the folders that this installation may read.",
                hint="Ask the operator to add it to AOS_FILE_ROOTS.",
                reason="PATH_NOT_ALLOWED",
            )
        return resolved
