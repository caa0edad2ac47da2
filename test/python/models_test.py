"""benchmark/models: every model is valid, reproducible and spreads; its gradients are right."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from benchmark.accuracy import SPREAD, onnxruntime, spread
from benchmark.float64 import evaluate
from benchmark.models import ACCURACY, MODELS, PUBLIC, build
from benchmark.models.gradient import gradients
from benchmark.models.graph import GraphBuilder

MANIFEST = Path(__file__).parents[2] / "benchmark" / "manifest.json"


@pytest.mark.parametrize("name", MODELS)
def test_small_model_is_valid_and_reproducible(name):
    model = build(name, size="small")
    onnx.checker.check_model(model.proto, full_check=True)
    assert model.proto.SerializeToString() == build(name, size="small").proto.SerializeToString()
    other = build(name, size="small", seed=1)
    assert any((other.inputs[k] != v).any() for k, v in model.inputs.items() if not k.endswith("_m"))
    assert list(model.inputs) == [i.name for i in model.proto.graph.input]


@pytest.mark.parametrize("name", MODELS)
def test_float64_evaluator_agrees_with_onnxruntime(name):
    model = build(name, size="small")
    for want, got in zip(evaluate(model.proto, model.inputs), onnxruntime(model), strict=True):
        assert np.isfinite(got).all()
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=2e-5 * np.abs(want).max())


@pytest.mark.parametrize("name", ACCURACY)
def test_outputs_spread_with_different_rows(name):
    model = build(name, size="small", batch=2)
    for values in evaluate(model.proto, model.inputs):
        assert spread(values) >= SPREAD


def test_manifest_names_models_that_exist():
    cases = json.loads(MANIFEST.read_text())["cases"]
    assert len({c["name"] for c in cases}) == len(cases)
    assert {c["model"] for c in cases} >= set(PUBLIC)
    assert {c["model"] for c in cases} <= set(MODELS)


def test_dead_nodes_and_weights_are_dropped():
    g = GraphBuilder("dead")
    x = g.input("x", (2,), np.ones(2, np.float32))
    g.op("Exp", x * g.weight("unused", np.ones(2, np.float32)))
    graph = g.finish(x + 1.0).proto.graph
    assert [n.op_type for n in graph.node] == ["Add"]
    assert len(graph.initializer) == 1


@pytest.mark.parametrize("name", ["train_step", "train_block"])
def test_first_moments_are_the_gradient_by_finite_differences(name):
    """Adam's first moment starts at zero, so its output is 0.1 x gradient; the loss is the first output."""
    model = build(name, size="small")
    outputs = dict(zip([o.name for o in model.proto.graph.output], evaluate(model.proto, model.inputs)))
    rng = np.random.default_rng(5)
    for parameter in [n.removesuffix("_m_next") for n in outputs if n.endswith("_m_next")]:
        direction = rng.standard_normal(model.inputs[parameter].shape)
        step = 1e-6
        losses = []
        for sign in (1, -1):
            moved = model.inputs | {parameter: model.inputs[parameter].astype(np.float64) + sign * step * direction}
            losses.append(float(evaluate(model.proto, moved)[0]))
        numeric = (losses[0] - losses[1]) / (2 * step)
        analytic = float((outputs[parameter + "_m_next"] * 10 * direction).sum())
        assert numeric == pytest.approx(analytic, rel=1e-4, abs=1e-8), parameter


def test_gradient_of_broadcasts_and_shared_values():
    g = GraphBuilder("shared")
    a = g.input("a", (3, 1), g.normal(3, 1))
    b = g.input("b", (4,), g.normal(4))
    loss = g.reduce("ReduceSum", (a * b + a) * a, 0, 1)
    model = g.finish(*gradients(g, loss, [a, b]))
    da, db = evaluate(model.proto, model.inputs)
    x, y = (v.astype(np.float64) for v in model.inputs.values())
    np.testing.assert_allclose(da, (2 * x * y + 2 * x).sum(1, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(db, (x * x).sum() * np.ones(4), rtol=1e-6)
