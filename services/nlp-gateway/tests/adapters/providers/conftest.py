"""The models of three vendors on loopback."""

from collections.abc import Iterator

import pytest
from aos_local.models.recording import Recorder
from aos_local.models.testing import Served, served_models


@pytest.fixture(scope="module")
def _once() -> Iterator[Served]:
    with served_models() as served:
        yield served


@pytest.fixture
def served(_once: Served) -> Served:
    """The models, as if they had just been started."""
    vars(_once.recorder).update(vars(Recorder()))
    return _once
