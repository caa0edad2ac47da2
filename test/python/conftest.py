"""Fixtures that several suites share. A missing engine is a failure, never a skip."""

import os
import secrets
import zlib

import numpy as np
import pytest


@pytest.fixture(scope="session")
def delos():
    """The engine as built in build/python."""
    import delos as module

    return module


@pytest.fixture
def random(request):
    """Fresh random numbers, or those of DELOS_TEST_SEED; the seed is printed with a failure."""
    seed = int(os.environ.get("DELOS_TEST_SEED") or secrets.randbits(32))
    print(f"seed {seed}")
    return np.random.default_rng([seed, zlib.crc32(request.node.nodeid.encode())])
