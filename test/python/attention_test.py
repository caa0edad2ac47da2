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
