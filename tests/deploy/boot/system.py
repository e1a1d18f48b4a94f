"""Images to build on, made of this machine's own system: no mirror is asked, nothing is pulled.

The system is what Debian calls required, the libraries it and the interpreter need, and nothing else; beside it an
image with this interpreter (and pip) in /usr/local.
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.deploy.boot.engine import Engine

_NEEDED_BY_ALL = ("libc6", "libgcc-s1", "libstdc++6")  # not called required, but nothing runs without
SYSTEM, PYTHON = "localhost/boot-system", "localhost/boot-python"
_UNWANTED = re.compile(r"/usr/share/(doc|man|locale|info|lintian|bug)/|/usr/lib/udev/")
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
_FOLDERS = {"tmp": 0o1777, "var/tmp": 0o1777, "run": 0o755, "proc": 0o755, "sys": 0o755, "dev": 0o755, "root": 0o700}
_NOT_OF_PYTHON = re.compile(
    r"/(test|tests|idlelib|turtledemo|config-[^/]*)(/|$)|/site-packages/(?!pip(-[^/]*)?(/|$))|\.opt-\d\.pyc$"
)
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_CHANGES = ["--change", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]


def missing() -> str:
    """What keeps this machine's system from being an image; empty: nothing."""
    if not Path("/var/lib/dpkg/status").exists():
        return "this is no Debian, whose list of files tells what a system is made of: no image was built"
    if Path(sys.base_prefix) == Path("/usr"):
        return "this interpreter is the system's own and cannot be copied out of /usr: no image was built"
    return ""


def build(engine: Engine) -> tuple[str, str]:
    """Return the names of the system's image and of that with Python, made unless they are there already."""
    packages = _query("-W", "-f", "${Priority} ${Package} ${Version}\n")
    wanted = sorted(
        line for line in packages.splitlines() if line.startswith("required ") or line.split()[1] in _NEEDED_BY_ALL
    )
    version = hashlib.sha256("\n".join([*wanted, sys.version, Path(__file__).read_text()]).encode()).hexdigest()[:12]
    names = f"{SYSTEM}:{version}", f"{PYTHON}:{version}"
    if not all(map(engine.has, names)):
        listed = _query("-L", *(line.split()[1] for line in wanted)).splitlines()
        _import(engine, names[0], listed, with_python=False)
        _import(engine, names[1], listed, with_python=True)
    return names


def _query(*arguments: str) -> str:
    return subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=True).stdout


def _import(engine: Engine, name: str, listed: list[str], *, with_python: bool) -> None:
    files = [one for one in listed if not _UNWANTED.search(one)]
    programs = [*files, *(str(one) for one in _of_python())]
    file = engine.folder / "run" / "system.tar"
    with tarfile.open(file, "w") as tar:
        seen = set[str]()
        _skeleton(tar, seen)
        for one in [*files, *_libraries(programs), str(_AUTHORITIES)]:
            _add(tar, one, seen)
        for source in _of_python() if with_python else ():
            # Where the loader looks without a cache: the interpreter knows its own place on this machine alone.
            shared = source.name.startswith("libpython")
            inside = f"usr/lib/{source.name}" if shared else f"usr/local/{source.relative_to(sys.base_prefix)}"
            tar.add(source, inside, recursive=False)
    engine.run("import", "--quiet", *_CHANGES, str(file), name)
    file.unlink()


def _skeleton(tar: tarfile.TarFile, seen: set[str]) -> None:
    for folder, mode in _FOLDERS.items():
        about = tarfile.TarInfo(folder)
        about.type, about.mode = tarfile.DIRTYPE, mode
        tar.addfile(about)
        seen.add(folder)
    for link, target in _LINKS.items():
        about = tarfile.TarInfo(link)
        about.type, about.linkname = tarfile.SYMTYPE, target
        tar.addfile(about)
        seen.add(link)
    for name, text in _made().items():
        about = tarfile.TarInfo(name)
        about.size = len(text)
        tar.addfile(about, io.BytesIO(text))
        seen.add(about.name)


def _made() -> dict[str, bytes]:
    """Files that no package holds, for its installation makes them."""
    users = {f"etc/{name}": Path(f"/usr/share/base-passwd/{name}.master").read_bytes() for name in ("passwd", "group")}
    return {**users, "etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files dns\n"}


def _add(tar: tarfile.TarFile, path: str, seen: set[str]) -> None:
    """Add one file where it is without links on the way (/bin is /usr/bin)."""
    place = os.path.realpath(os.path.dirname(path)) + "/" + os.path.basename(path)
    name = place.strip("/")
    if name and name not in seen and os.path.lexists(place):
        seen.add(name)
        tar.add(place, name, recursive=False)


def _of_python() -> Iterator[Path]:
    prefix, version = Path(sys.base_prefix), f"python{sysconfig.get_python_version()}"
    yield from (path for name in ("python3", version) if (path := prefix / "bin" / name).exists())
    yield from (path for path in prefix.glob("lib/libpython*.so*"))
    library = prefix / "lib" / version
    yield from (path for path in sorted(library.rglob("*")) if not _NOT_OF_PYTHON.search(str(path)))


def _libraries(paths: Iterable[str]) -> set[str]:
    """What the dynamic loader would open for these, with every link on the way to it."""
    programs = [one for one in dict.fromkeys(map(os.path.realpath, paths)) if _is_elf(one)]
    listing = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    found = set(re.findall(r"(?:=> |^\s)(/\S+) \(0x", listing, re.MULTILINE))
    others = [one for one in found if Path(sys.base_prefix) not in Path(one).parents]
    return {path for one in others for path in (one, os.path.realpath(one))}


def _is_elf(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"
