"""Object storage under one root, a folder or a bucket; every key lies below the prefix of its tenant."""

import errno
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any
from uuid import UUID

import fsspec
from fsspec.core import url_to_fs

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

__all__ = ["ObjectStore", "TenantObjects"]

_TRIES = 100
"""Times that a prefix is deleted before giving up; each beyond the first means that another deleted a key meanwhile."""


def _fsspec_options(options: dict[str, Any]) -> dict[str, Any]:
    """Hand `ca_file` to the S3 client: the one authority that its server's certificate may come from.

    No listing is kept: other processes write and delete, too.
    """
    ca_file = options.pop("ca_file", None)
    return {"use_listings_cache": False} | options | ({"client_kwargs": {"verify": ca_file}} if ca_file else {})


class ObjectStore:
    """The root of all objects, e.g. `file:///var/lib/autonomos/objects` or `s3://bucket/prefix`."""

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        self._url = url.rstrip("/")
        self._options = _fsspec_options(dict(options or {}))
        self._fs, self._root = url_to_fs(self._url, **self._options)

    def tenant(self, tenant_id: UUID) -> "TenantObjects":
        """Return the part of the store that belongs to the tenant; nothing else is reachable from it."""
        return TenantObjects(self._fs, self._root.rstrip("/"), self._url, tenant_id)


class TenantObjects:
    """One tenant's objects. Blocking: call from a worker thread."""

    def __init__(self, fs: fsspec.AbstractFileSystem, root: str, url: str, tenant_id: UUID) -> None:
        self._fs = fs
        self._base = f"{root}/{tenant_id}"
        self._base_url = f"{url}/{tenant_id}"

    def _path(self, key: str) -> str:
        normal = posixpath.normpath(key)
        if key.startswith("/") or normal.startswith("..") or "\\" in key or "\x00" in key:
            raise InvalidRequest("An object key must stay below its tenant's prefix.")
        return f"{self._base}/{normal}"

    def url(self, key: str) -> str:
        """Return the full URL of a key; for `file://` stores use `path`."""
        self._path(key)
        return f"{self._base_url}/{key}"

    def path(self, key: str) -> str:
        """Return the path that DuckDB and PyArrow open: a local path, or an s3:// URL."""
        return self._path(key) if self._base_url.startswith("file:") else self.url(key)

    @contextmanager
    def write(self, key: str) -> Iterator[IO[bytes]]:
        """Open a key for writing; it appears whole when the block ends, or not at all when it raises."""
        target = self._path(key)
        if not self._base_url.startswith("file:"):
            yield from self._upload(target)
            return
        staging = f"{target}.{new_id().hex}.part"
        self._fs.makedirs(posixpath.dirname(target), exist_ok=True)
        try:
            with self._fs.open(staging, "wb") as file:
                yield file
            self._fs.mv(staging, target)
        except BaseException:
            if self._fs.exists(staging):
                self._fs.rm(staging)
            raise

    def _upload(self, target: str) -> Iterator[IO[bytes]]:
        """An S3 upload completes on close: one that failed is given up instead, for `with` would complete it too."""
        file = self._fs.open(target, "wb")
        try:
            yield file
        except BaseException:
            file.discard()
            file.closed = True
            raise
        file.close()

    def read(self, key: str) -> IO[bytes]:
        """Open a key for reading."""
        file: IO[bytes] = self._fs.open(self._path(key), "rb")
        return file

    def exists(self, key: str) -> bool:
        """Tell whether the key exists."""
        return bool(self._fs.exists(self._path(key)))

    def size(self, key: str) -> int:
        """Return the bytes of an object that exists."""
        return int(self._fs.size(self._path(key)))

    def list(self, prefix: str) -> list[str]:
        """Return the keys below a prefix, sorted."""
        # Some S3 servers tell of a folder for a while after its last key has gone.
        found = self._fs.find(self._path(prefix), detail=True)
        return sorted(path[len(self._base) + 1 :] for path, about in found.items() if about["type"] != "directory")

    def delete_prefix(self, prefix: str) -> None:
        """Delete every key below a prefix; several may do so at once."""
        base = self._path(prefix)
        for _ in range(_TRIES):
            # Missing from the start, or another's deletion took a key between the look at it and ours.
            with suppress(FileNotFoundError):
                self._fs.rm(base, recursive=True)
            if not self.list(prefix):
                return
        raise OSError(errno.EBUSY, "The keys are deleted and written at once; nothing else may write them.", base)
