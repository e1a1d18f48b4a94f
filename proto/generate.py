"""Generate Python from the contract: `python proto/generate.py` (what `make proto` runs)."""

import shutil
import sys
from pathlib import Path

import grpc_tools
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
    # The whole contract in one file of the package: the gateway speaks JSON for it.
    contract = [f"--descriptor_set_out={staging}/contract.binpb", "--include_imports"]
    status = protoc.main(["protoc", f"-I{SOURCE}", f"-I{well_known}", *plugins, *outputs, *contract, *files])
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


if __name__ == "__main__":
    sys.exit(main())
