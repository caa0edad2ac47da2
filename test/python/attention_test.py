"""Attention as one kernel: score functions, layouts, grouped queries, sizes, masked rows and precision."""

import math

import numpy as np
import pytest
from onnx import TensorProto, helper

DTYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(bool): TensorProto.BOOL}


def model(inputs, nodes, shapes=None):
    """One graph from named arrays to `y`; `shapes` gives symbolic dims."""
    values = [
        helper.make_tensor_value_info(name, DTYPES[x.dtype], (shapes or {}).get(name, list(x.shape)))
        for name, x in inputs.items()
    ]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, (shapes or {}).get("y"))
    graph = helper.make_graph(nodes, "attention", values, [result])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)


def reference(q, k, v, *, scale=None, softcap=0.0, mask=None, causal=False):
    """In float64, as the unfused graph computes it."""
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    groups = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, groups, 1), np.repeat(v, groups, 1)
    scores = q @ np.swapaxes(k, -1, -2) * (scale or 1 / math.sqrt(q.shape[-1]))
    if softcap:
        scores = np.tanh(scores / softcap) * softcap
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    if causal:
        keep = np.arange(k.shape[2])[None, :] <= np.arange(q.shape[2])[:, None]
        scores = np.where(keep, scores, -np.inf)
    with np.errstate(invalid="ignore"):
        p = np.exp(scores - scores.max(-1, keepdims=True))
        return p / p.sum(-1, keepdims=True) @ v


def attention(delos, inputs, shapes=None, threads=2, **attributes):
    node = helper.make_node("Attention", list(inputs), ["y"], **attributes)
    return delos.compile(model(inputs, [node], shapes), threads=threads)


def run(executable, inputs):
    result = executable(*inputs.values(), poison=True)
    return result[0] if isinstance(result, (list, tuple)) else result


def assert_near(got, want, bound):
    assert np.array_equal(np.isnan(got), np.isnan(want))
    error = np.nanmax(np.abs(got - want), initial=0.0)
    assert error <= bound * max(1.0, np.nanmax(np.abs(want), initial=0.0)), f"error {error}"


def operands(seed, b, hq, hk, s, t, d, e=None, magnitude=1.0):
    rng = np.random.default_rng(seed)
    normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)  # noqa: E731
    return {"q": magnitude * normal(b, hq, s, d), "k": normal(b, hk, t, d), "v": normal(b, hk, t, e or d)}


# batch, query heads, key heads, queries, keys, depth
SIZES = [
    (1, 1, 1, 1, 1, 1), (1, 1, 1, 2, 3, 5), (1, 1, 1, 48, 128, 64), (1, 2, 2, 49, 129, 64), (2, 3, 3, 13, 257, 20),
    (1, 4, 2, 37, 53, 64), (2, 8, 2, 5, 300, 16), (1, 6, 1, 97, 31, 33), (1, 1, 1, 200, 7, 128), (1, 1, 1, 100, 391, 80),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("causal", [False, True])
def test_sizes(delos, size, causal):
    inputs = operands(sum(size), *size)
    executable = attention(delos, inputs, is_causal=int(causal))
    got = run(executable, inputs)
    assert_near(got, reference(**inputs, causal=causal), 2e-6)


@pytest.mark.parametrize("heads, key_heads", [(16, 4), (4, 4), (8, 1), (6, 2)])
@pytest.mark.parametrize("keys", [1, 2, 3, 5, 16, 513, 1031])
def test_one_query_against_many_keys(delos, heads, key_heads, keys):
    inputs = operands(keys, 2, heads, key_heads, 1, keys, 32, 64)
    executable = attention(delos, inputs)
    assert_near(run(executable, inputs), reference(**inputs), 2e-6)


@pytest.mark.parametrize("size", [(1, 2, 2, 49, 67, 32), (2, 4, 2, 16, 130, 64), (1, 8, 2, 1, 75, 32)])
@pytest.mark.parametrize("softcap", [0.0, 3.0])
@pytest.mark.parametrize("kind", ["none", "bias", "keys", "heads", "bool", "row"])
def test_score_functions(delos, size, softcap, kind):
    b, heads, _, s, t, _ = size
    rng = np.random.default_rng(len(kind) + s)
    inputs = operands(s + t, *size)
    shapes = {"bias": (s, t), "keys": (b, 1, 1, t), "heads": (b, heads, s, t), "bool": (b, 1, s, t), "row": (1, 1, s, t)}
    mask = None
    if kind != "none":
        mask = rng.standard_normal(shapes[kind]).astype(np.float32)
        mask = mask > -0.5 if kind == "bool" else mask
        inputs["mask"] = mask
    executable = attention(delos, inputs, softcap=softcap, is_causal=int(kind == "row"))
    want = reference(*list(inputs.values())[:3], softcap=softcap, mask=mask, causal=kind == "row")
    assert_near(run(executable, inputs), want, 4e-6)


def test_rows_without_any_key_are_nan_as_in_the_unfused_graph(delos):
    inputs = operands(5, 1, 2, 2, 50, 70, 32)
    mask = np.random.default_rng(5).random((50, 70)) < 0.5
    mask[[0, 17, 49]] = False
    inputs["mask"] = mask
    got = run(attention(delos, inputs), inputs)
    assert np.isnan(got[0, :, [0, 17, 49]]).all()
    assert_near(got, reference(**inputs), 2e-6)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["q", "k"])
def test_special_values_reach_the_rows_that_read_them(delos, special, where):
    inputs = operands(6, 1, 1, 1, 20, 150, 16)
    inputs[where][0, 0, 3, 5] = special
    got = run(attention(delos, inputs), inputs)
    with np.errstate(invalid="ignore"):
        want = reference(**inputs)
    assert np.array_equal(np.isnan(got), np.isnan(want))
    assert_near(got, want, 2e-6)


def test_values_far_outside_index_bounds_are_not_read(delos):
    inputs = operands(11, 1, 1, 1, 300, 300, 32)
    want = reference(**inputs, causal=True)
    inputs["v"][0, 0, -1] = np.nan
    assert_near(run(attention(delos, inputs, is_causal=1), inputs)[:, :, :100], want[:, :, :100], 2e-6)


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize("magnitude", [1e-3, 1.0, 1e2, 1e4])
def test_errors_are_at_most_twice_those_of_the_unfused_graph(delos, rows, magnitude):
    """The largest error over some draws: large scores are one-hot but for near ties, which few rows have."""
    draws = [operands(seed, 1, 2, 2, rows, 700, 64, magnitude=magnitude) for seed in range(6)]
    graph = model(draws[0], [helper.make_node("Attention", list(draws[0]), ["y"])])

    def error(**options):
        executable = delos.compile(graph, threads=2, **options)
        return max(np.abs(run(executable, inputs) - reference(**inputs)).max() for inputs in draws)

    assert error() <= 2 * error(fusion="none") + 1e-7


@pytest.fixture(scope="module")
def symbolic(delos):
    inputs = operands(8, 2, 4, 2, 5, 7, 32)
    shapes = {"q": ["b", 4, "s", 32], "k": ["b", 2, "t", 32], "v": ["b", 2, "t", 32], "y": ["b", 4, "s", 32]}
    return attention(delos, inputs, shapes, is_causal=1)


@pytest.mark.parametrize("size", [(1, 1, 1), (2, 3, 3), (1, 48, 48), (2, 49, 131), (3, 100, 17), (1, 16, 257), (1, 7, 1)])
def test_symbolic_sizes(symbolic, size):
    b, s, t = size
    inputs = operands(s, b, 4, 2, s, t, 32)
    assert_near(run(symbolic, inputs), reference(**inputs, causal=True), 2e-6)


def test_no_keys_and_no_queries(symbolic):
    inputs = operands(9, 1, 4, 2, 3, 0, 32)
    assert np.array_equal(run(symbolic, inputs), np.zeros((1, 4, 3, 32), np.float32))
    assert run(symbolic, operands(9, 1, 4, 2, 0, 5, 32)).shape == (1, 4, 0, 32)


@pytest.mark.parametrize("size", [(1, 2, 2, 128, 256, 64), (2, 4, 2, 40, 300, 32), (1, 8, 2, 1, 600, 64)])
def test_attention_is_one_launch(delos, size):
    """The scores never reach memory."""
    inputs = operands(10, *size)
    executable = attention(delos, inputs, is_causal=1, softcap=20.0)
    run(executable, inputs)
    assert executable.counters()["launches"] == 1
