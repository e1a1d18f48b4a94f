"""Generate Python from the contract: `python proto/generate.py` (what `make proto` runs)."""

import shutil
import sys
from pathlib import Path

import grpc_tools
from google.rpc import error_details_pb2
from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
SOURCE, TARGET = HERE / "src", HERE / "gen"


def main() -> int:
    """Write messages, stubs, their types and the contract itself to `proto/gen`; return protoc's exit status."""
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    files = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.proto"))
    staging = HERE / "gen.new"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    plugin = Path(sys.executable).parent
    plugins = [f"--plugin=protoc-gen-{n}={plugin}/protoc-gen-{n}" for n in ("mypy", "mypy_grpc")]
    options = {"python": "", "grpc_python": "", "mypy": "quiet:", "mypy_grpc": "quiet:"}
    outputs = [f"--{kind}_out={option}{staging}" for kind, option in options.items()]
    status = protoc.main(["protoc", f"-I{SOURCE}", f"-I{well_known}", *plugins, *outputs, *files]) or contract(
        staging / "contract.binpb", files, well_known
    )
    if status == 0:
        (staging / "contract.binpb").rename(staging / "autonomos" / "contract.binpb")
        for folder in [staging / "autonomos", *(p for p in (staging / "autonomos").rglob("*") if p.is_dir())]:
            (folder / "__init__.py").touch()
            (folder / "py.typed").touch()
        TARGET.mkdir(exist_ok=True)
        shutil.rmtree(TARGET / "autonomos", ignore_errors=True)
        (staging / "autonomos").rename(TARGET / "autonomos")
    shutil.rmtree(staging, ignore_errors=True)
    return int(status)


def contract(target: Path, files: list[str], well_known: Path) -> int:
    """Write the whole contract in one file, from which the gateway speaks JSON; errors' details belong to it."""
    errors = Path(error_details_pb2.__file__).parents[2]
    sources = [f"-I{folder}" for folder in (SOURCE, well_known, errors)]
    flags = [f"--descriptor_set_out={target}", "--include_imports"]
    return int(protoc.main(["protoc", *sources, *flags, *files, "google/rpc/error_details.proto"]))


if __name__ == "__main__":
    sys.exit(main())
