"""One file as data sets: its format, its rows, and the profiles of its columns.

The libraries that read files are loaded when the first file is looked at: a process that never scans stays small.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from aod.domain.finding import DataSet
from aod.domain.profile import looks_keyed, profile_column

if TYPE_CHECKING:
    from aos_common.tabular import TabularFormat

log = structlog.get_logger()

SHEET = "#"


def is_data_file(path: Path) -> bool:
    """Whether the file's name promises a format that can be read; the same judgement as the mesh's."""
    return _promised(path) != ""


def _promised(path: Path) -> str:
    from aos_common.tabular import Layout, layout_of  # noqa: PLC0415  loaded with the first file

    layout = layout_of(path)
    if layout is Layout.DELIMITED:
        return "tsv" if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")) else "csv"
    return layout.value if layout else ""


def profile_file(name: str, path: Path) -> list[DataSet]:
    """The file's data sets: one, or one a sheet; one with an error when the file cannot be read. Blocking."""
    from aos_common.tabular import TabularError, sniff  # noqa: PLC0415  loaded with the first file

    try:
        found = sniff(path)
        sheets = found.sheets or ("",)
        return [_guarded(f"{name}{SHEET}{sheet}" if sheet else name, path, found, sheet) for sheet in sheets]
    except (TabularError, OSError) as error:
        return [_broken(name, path, str(error))]
    except Exception as error:  # the boundary of a file: whatever is wrong with it, the others are looked at
        return [_unexpected(name, path, error)]


def _guarded(name: str, path: Path, layout: "TabularFormat", sheet: str) -> DataSet:
    from aos_common.tabular import TabularError  # noqa: PLC0415  loaded with the first file

    try:
        return _profile(name, path, layout, sheet)
    except (TabularError, OSError) as error:
        return _broken(name, path, str(error))
    except Exception as error:  # the boundary of a sheet, as above
        return _unexpected(name, path, error)


def _profile(name: str, path: Path, layout: "TabularFormat", sheet: str) -> DataSet:
    from aod.adapters.places.sampling import count_and_sample  # noqa: PLC0415  loaded with the first file

    status = path.stat()
    sample = count_and_sample(path, layout, sheet, status.st_size)
    columns = tuple(
        profile_column(column, values, declared)
        for column, values, declared in zip(sample.names, sample.columns, sample.declared, strict=True)
    )
    return DataSet(
        name=name,
        format=_format(layout),
        rows=sample.rows,
        bytes=status.st_size,
        columns=columns,
        looked_at=sample.looked_at,
        keyed=looks_keyed(columns, sample.looked_at),
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
    )


def _format(layout: "TabularFormat") -> str:
    if layout.layout.value == "delimited":
        return "tsv" if layout.delimiter == "\t" else "csv"
    return layout.layout.value


def _broken(name: str, path: Path, error: str) -> DataSet:
    try:
        size = path.stat().st_size
    except OSError:
        size = -1
    return DataSet(name, _promised(path) or "csv", -1, size, error)


def _unexpected(name: str, path: Path, error: Exception) -> DataSet:
    log.warning("scan.file_unreadable", error=type(error).__name__, exc_info=error)
    return _broken(name, path, f"{path.name}: the file cannot be read ({type(error).__name__}). Export it again.")
