"""What the tests of the mesh share: real PostgreSQL, real files, the shared data beside the repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aos_common.objects import ObjectStore
from aos_local.testing import postgres


@pytest.fixture(scope="session")
def shared_data() -> Path:
    root = next(folder for folder in Path(__file__).parents if (folder / "libs").is_dir())
    return root.parent / "shared" / "data"


@pytest.fixture(scope="session")
def source_url() -> Iterator[str]:
    """A PostgreSQL that plays the customer's database."""
    with postgres() as url:
        yield url


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(f"file://{tmp_path}/objects")
