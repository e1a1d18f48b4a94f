"""What a file's troubles become: the owner's to repair, or time's."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aos_common.tabular import TabularError

from aam.domain.errors import Fault, SourceError

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def named_errors() -> Iterator[None]:
    """A file that cannot be read is the owner's to repair: keep its reason, message and hint."""
    try:
        yield
    except TabularError as error:
        raise named(error) from error
    except OSError as error:
        if error.errno in FULL:
            raise no_space(str(error)) from error
        raise SourceError(
            f"{Path(str(error.filename or 'The file')).name} cannot be opened ({error.strerror}).",
            hint="Check that it still exists and that the mesh may read it.",
            reason="FILE_MISSING",
            internal=str(error),
        ) from error


def named(error: TabularError) -> SourceError:
    """The same failure as one of the source."""
    found = SourceError(error.message, hint=error.hint, reason=error.reason)
    found.metadata |= error.metadata
    return found


def no_space(internal: str) -> SourceError:
    """The scratch folder is full."""
    return SourceError(
        "There is no room on this server to fetch or unpack the file.",
        hint="Sync again later; the operator can give AOS_SCRATCH_DIR more room.",
        fault=Fault.TRANSIENT,
        reason="NO_SCRATCH_SPACE",
        internal=internal,
    )


def changed(file: str) -> SourceError:
    """A file changed while it was read."""
    return SourceError(
        f"{file} changed while it was read.",
        hint="Sync again; write files under another name and rename them when they are complete.",
        fault=Fault.TRANSIENT,
        reason="FILE_CHANGED",
    )


def too_large(file: str, limit: int) -> SourceError:
    """A file passes the connection's own limit."""
    return SourceError(
        f"{file} is larger than the {limit >> 20} MiB that this connection fetches or unpacks.",
        hint="Split the file, or raise `max_file_mb`.",
        reason="FILE_TOO_LARGE",
    )
