"""Where the shared real data lies: beside the repository."""

from pathlib import Path

import pytest


@pytest.fixture
def shared_data() -> Path:
    root = next(folder for folder in Path(__file__).parents if (folder / "libs").is_dir())
    return root.parent / "shared" / "data"
