"""benchmark/compare: intervals cover the median, disagreement and failures are seen before times count."""

import numpy as np
import pytest

from benchmark.comparison.pairs import EngineFailed, disagreement, time_pair
from benchmark.comparison.report import row
from benchmark.comparison.statistics import geometric_mean, median_ratio
from benchmark.models import build


def test_interval_contains_median_and_shrinks():
    rng = np.random.default_rng(3)
    few = median_ratio(rng.normal(2.0, 0.2, 15))
    many = median_ratio(rng.normal(2.0, 0.2, 1500))
    assert few.low <= few.median <= few.high
    assert many.high - many.low < few.high - few.low
    assert median_ratio([1.5] * 15).low == median_ratio([1.5] * 15).high == 1.5


def test_geometric_mean():
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)


def test_disagreement_is_relative_and_sees_nan_and_shapes():
    a = np.array([1.0, 100.0], np.float32)
    assert disagreement([a], [a]) == 0.0
    assert disagreement([a + np.float32(1.0)], [a]) == pytest.approx(0.01)
    assert disagreement([a * np.nan], [a]) == float("inf")
    with pytest.raises(EngineFailed, match="shapes differ"):
        disagreement([a], [a[:1]])


@pytest.fixture
def small(tmp_path):
    from benchmark.comparison.__main__ import save

    return save(build("mlp", size="small"), tmp_path)


def test_engine_against_itself(small):
    result = row(time_pair("onnxruntime", "onnxruntime", *small, threads=1, processes=1, pairs=2))
    assert result["pairs"] == 2
    assert result["disagreement"] == 0.0
    assert result["low"] <= result["speedup"] <= result["high"]


def test_failing_engine_is_reported(small):
    broken = small[0].with_name("broken.onnx")
    broken.write_bytes(b"no model")
    with pytest.raises(EngineFailed):
        time_pair("onnxruntime", "onnxruntime", broken, small[1], threads=1, processes=1, pairs=1)
