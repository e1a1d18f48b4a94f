"""`make images`: build every image with podman or docker, and say how large each is.

`--tag` names them all; `--registry` is put before the names, ready to push. `--python-image` and `--system-image` are
what they are built on, `--network` is for machines that reach packages through their own network alone.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from locks import IMAGES, ROOT, write

_HERE = Path(__file__).resolve().parent
# The others are built on the first.
_GROUPS = (IMAGES[:1], IMAGES[1:])
_NO_ENGINE = "make images: neither podman nor docker is installed here. Install one of them, and try again."


def main() -> int:
    """Build the images named on the command line, or all; return the exit status."""
    options = _parser().parse_intermixed_args()
    engine = options.engine or next(filter(shutil.which, ("podman", "docker")), None)
    if engine is None:
        print(_NO_ENGINE, file=sys.stderr)
        return 2
    write(ROOT / ".tools" / "images")
    with ThreadPoolExecutor(options.jobs) as pool:
        for group in _GROUPS:
            wanted = [image for image in group if image in (options.images or IMAGES)]
            failed = [image for image in pool.map(partial(_build, engine, options), wanted) if image]
            if failed:
                said = f"{', '.join(failed)} could not be built; the lines above say why."
                print(f"make images: {said}", file=sys.stderr)
                return 1
    _show_sizes(engine, [_name(options, image) for image in IMAGES])
    return 0


def _build(engine: str, options: argparse.Namespace, image: str) -> str:
    """Build one image; return its name if that failed. Several at once say what they have to say at their end."""
    began, quiet = time.monotonic(), options.jobs > 1
    command = _command(engine, options, image)
    done = subprocess.run(command, cwd=ROOT, check=False, text=True, capture_output=quiet)  # noqa: S603  podman or docker
    if done.returncode and quiet:
        print(done.stdout + done.stderr, flush=True)
    print(f"{_name(options, image)}  {time.monotonic() - began:.0f} s", flush=True)
    return image if done.returncode else ""


def _show_sizes(engine: str, names: Sequence[str]) -> None:
    command = [engine, "images", "--format", "{{.Repository}}:{{.Tag}}  {{.Size}}"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  podman or docker
    print("\n".join(sorted(line for line in listing.splitlines() if any(name in line for name in names))))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make images", description=__doc__)
    parser.add_argument("images", nargs="*", metavar="image", help="default: all")
    parser.add_argument("--engine", choices=["podman", "docker"], help="default: the first that is installed")
    parser.add_argument("--tag", default="0.1.0", help="default: %(default)s, the chart's appVersion")
    parser.add_argument("--registry", default="", help="e.g. registry.example.com/autonomos")
    parser.add_argument("--python-image", help="an image with Python 3.11 and pip")
    parser.add_argument("--system-image", help="an image with the C library")
    parser.add_argument("--jobs", type=int, default=1, help="how many are built at once; default: %(default)s")
    parser.add_argument("--network", help="e.g. host")
    parser.add_argument("--option", action="append", default=[], help="handed to the engine's build as it is")
    return parser


def _name(options: argparse.Namespace, image: str) -> str:
    prefix = f"{options.registry.rstrip('/')}/" if options.registry else ""
    return f"{prefix}autonomos-{image}:{options.tag}"


def _command(engine: str, options: argparse.Namespace, image: str) -> list[str]:
    local = "localhost/" if engine == "podman" and not options.registry else ""
    chosen = {
        "PYTHON_IMAGE": options.python_image,
        "SYSTEM_IMAGE": options.system_image,
        "BASE_IMAGE": local + _name(options, "base"),
    }
    file = _HERE / f"{image}.Dockerfile"
    used = {name: value for name, value in chosen.items() if value and f"ARG {name}=" in file.read_text()}
    arguments = [flag for name, value in used.items() for flag in ("--build-arg", f"{name}={value}")]
    network = ["--network", options.network] if options.network else []
    more = [*arguments, *network, *options.option]
    return [engine, "build", "--file", str(file), "--tag", _name(options, image), *more, str(ROOT)]


if __name__ == "__main__":
    sys.exit(main())
