"""Fixtures that several suites share. A missing engine is a failure, never a skip."""

import secrets

import numpy as np
import pytest


@pytest.fixture(scope="session")
def delos():
    """The engine as built in build/python."""
    import delos as module

    return module


@pytest.fixture
def random():
    """Fresh random numbers; the seed is printed with a failure."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    return np.random.default_rng(seed)
