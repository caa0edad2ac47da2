"""Fixtures that several suites share. A missing engine is a failure, never a skip."""

import pytest


@pytest.fixture(scope="session")
def delos():
    """The engine as built in build/python."""
    import delos as module

    return module
