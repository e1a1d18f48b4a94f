"""What every test session does."""

import gc

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage as services do: what was imported stays, and looking at it again took a tenth of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
