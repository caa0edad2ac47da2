"""benchmark/compare: intervals cover the median, disagreement and failures are seen before times count."""

from importlib.util import find_spec
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmark.comparison.pairs import EngineFailed, disagreement, time_pair
from benchmark.comparison.plot import svg
from benchmark.comparison.report import markdown, merged, regressions, row
from benchmark.comparison.statistics import geometric_mean, median_ratio
from benchmark.float64 import evaluate
from benchmark.models import PUBLIC, build


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


def result(speedup, spread=0.05):
    return {"delos_ms": 1.0, "peer_ms": speedup, "speedup": speedup, "low": speedup - spread, "high": speedup + spread,
            "delos_load_max_s": 0.1, "delos_rss_mib": 90.0}  # fmt: skip


def data(**cases):
    about = {"processor": "p", "cpus": 2, "commit": "c", "versions": {"a": "1"}}
    peers = list(dict.fromkeys(peer for results in cases.values() for peer in results))
    return {"environment": about, "peers": peers, "cases": cases, "empty_call_us": {}}


def test_merging_keeps_older_figures_and_the_order():
    old, new = data(x={"a": result(1.0)}, y={"a": result(2.0)}), data(z={"b": result(1.5)}, x={"a": result(3.0)})
    both = merged(old, new, ["x", "y", "z"])
    assert list(both["cases"]) == ["x", "y", "z"] and both["peers"] == ["a", "b"]
    assert both["cases"]["x"]["a"]["speedup"] == 3.0 and both["cases"]["y"]["a"]["speedup"] == 2.0


def test_only_intervals_that_part_are_slower():
    old = data(x={"a": result(1.0)}, y={"a": {"failed": "no"}})
    assert regressions(old, data(x={"a": result(0.96)}, y={"a": result(0.1)}, z={"a": result(0.1)})) == []
    assert len(regressions(old, data(x={"a": result(0.8)}))) == 1


def test_the_plot_and_the_table_show_every_case_and_leave_out_what_failed():
    figures = data(x={"a": result(1.0), "b": {"failed": "no"}}, y={"b": result(4.0)})
    root = ElementTree.fromstring(svg(figures))
    assert len([e for e in root.iter() if e.tag.endswith("circle")]) == 2
    assert {"x", "y"} <= {e.text for e in root.iter()}
    assert "not run" in markdown(figures) and "least 4.00 (y)" in markdown(figures)


@pytest.mark.parametrize("library", [n for n, module in [("TorchLibrary", "torch"), ("JaxLibrary", "jax")] if find_spec(module)])
@pytest.mark.parametrize("name", PUBLIC)
def test_translated_models_agree(library, name):
    from benchmark.comparison import translate

    model = build(name, size="small")
    function, weights = translate.function_of(model.proto, getattr(translate, library)())
    tensor = getattr(translate, library)().tensor
    results = function(weights, *[tensor(value) for value in model.inputs.values()])
    expected = evaluate(model.proto, model.inputs)
    assert disagreement([np.asarray(r) for r in results], expected) < 1e-4
