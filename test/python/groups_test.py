"""Groups with several outputs of different shapes: every element is written once, and nothing else is."""

import numpy as np
import pytest
from comparing import assert_all_close, run_onnxruntime
from guarded import run_guarded

from benchmark.models.graph import GraphBuilder


def check(delos, build, *arrays, tolerance=2e-6):
    g = GraphBuilder("group")
    inputs = [g.input(f"x{i}", np.shape(a), np.asarray(a)) for i, a in enumerate(arrays)]
    model = g.finish(*build(g, *inputs))
    executable = delos.compile(model.proto, threads=2)
    assert_all_close(run_guarded(executable, model.inputs), run_onnxruntime(model.proto, model.inputs), tolerance)


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def test_scalar_output_that_is_also_an_element_of_another(delos, rng):
    def build(g, a, x):
        y = a + 1.0
        return y, g.concat([g.reshape(y, 1), x], 0)

    check(delos, build, np.float32(3), rng.standard_normal(5, dtype=np.float32))


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_running_sums_collected_in_a_vector(delos, rng, length):
    def build(g, a, x):
        parts = []
        for i in range(length):
            a = a + g.select(x, 0, i)
            parts.append(g.reshape(a, 1))
        return a, g.concat(parts, 0)

    check(delos, build, np.float32(3), rng.standard_normal(length, dtype=np.float32))


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (1, 33), (33, 1), (64, 17)])
def test_row_statistics_beside_their_rows(delos, rng, shape):
    def build(g, x):
        mean = g.reduce("ReduceMean", x, -1)
        centred = x - mean
        return centred, g.reduce("ReduceMean", centred * centred, -1, keepdims=False), mean, g.reduce("ReduceSum", x, 0)

    check(delos, build, rng.standard_normal(shape, dtype=np.float32), tolerance=1e-5)


@pytest.mark.parametrize("shape", [(3, 4), (7, 9), (1, 5), (16, 16)])
def test_value_and_its_transpose(delos, rng, shape):
    def build(g, x):
        y = g.op("Exp", x)
        return y, g.transpose(y, 1, 0), g.reshape(y, shape[0] * shape[1]), g.slice(y, 1, 1, shape[1])

    check(delos, build, rng.standard_normal(shape, dtype=np.float32))


def test_padding_value_that_is_computed(delos, rng):
    def build(g, a, x):
        fill = a * 2.0
        shape = (x.shape[0] + 2,)
        padded = g.node("Pad", [x, g.constant([1, 1], np.int64), fill], [shape], [x.dtype])[0]
        unpadded = g.node("Pad", [x, g.constant([0, 0], np.int64), fill], [x.shape], [x.dtype])[0]
        return fill, padded, unpadded

    check(delos, build, np.float32(1.5), rng.standard_normal(6, dtype=np.float32))


@pytest.mark.parametrize("rows, width", [(5, 12), (1, 4), (17, 260)])
def test_halves_and_their_sum(delos, rng, rows, width):
    def build(g, x):
        a, b = g.split(g.op("Tanh", x), 2)
        return a + b, a, g.concat([b, a], 1), g.reduce("ReduceMax", a, 1)

    check(delos, build, rng.standard_normal((rows, width), dtype=np.float32), tolerance=4e-6)
