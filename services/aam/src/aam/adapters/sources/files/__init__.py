"""Files as streams: of a folder, a bucket or a URL, plain or packed."""

from aam.adapters.sources.files.connector import FilesConnector
from aam.adapters.sources.files.reading import FileRead
from aam.adapters.sources.files.settings import FileSettings
from aam.adapters.sources.files.source import FileSource

__all__ = ["FileRead", "FileSettings", "FileSource", "FilesConnector"]
