"""The models of three vendors on loopback."""

from collections.abc import Iterator

import pytest
from aos_local.models.testing import Served, served_models


@pytest.fixture
def served() -> Iterator[Served]:
    with served_models() as served:
        yield served
