"""Which files of this machine a tenant may name."""

from collections.abc import Iterable
from pathlib import Path

__all__ = ["AllowedFolders"]


class AllowedFolders:
    """Folders that connectors may read, less those that nobody's connector may: secrets, other tenants' objects.

    Without roots nothing may be read.
    """

    def __init__(self, roots: Iterable[Path], private: Iterable[Path] = ()) -> None:
        self._roots = tuple(root.expanduser().resolve() for root in roots)
        self._private = tuple(folder.expanduser().resolve() for folder in private)

    def permits(self, resolved: Path) -> bool:
        """Tell whether a path may be read; it must be resolved, so that no link leads elsewhere."""
        return any(resolved.is_relative_to(root) for root in self._roots) and not self.is_private(resolved)

    def is_private(self, resolved: Path) -> bool:
        """Tell whether a resolved path is or lies in a folder that is never read."""
        return any(resolved.is_relative_to(folder) for folder in self._private)
