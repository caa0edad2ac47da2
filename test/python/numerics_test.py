"""The lines of docs/numerics.md that no other test shows, and that every line names a test that is there."""

import re
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import helper

ROOT = Path(__file__).parents[2]
TYPES = {
    np.float32: onnx.TensorProto.FLOAT, np.float16: onnx.TensorProto.FLOAT16, ml_dtypes.bfloat16: onnx.TensorProto.BFLOAT16,
}  # fmt: skip


def promises():
    lines = (ROOT / "docs" / "numerics.md").read_text().splitlines()
    return [line for line in lines if line.startswith("| ") and not line.startswith("| promise")]


def run(delos, nodes, *arrays, result=np.float32, **options):
    """y of a few nodes over inputs a, b, c ..."""
    infos = [helper.make_tensor_value_info(name, TYPES[x.dtype.type], x.shape) for name, x in zip("abc", arrays)]
    output = helper.make_tensor_value_info("y", TYPES[result], None)
    graph = helper.make_graph(nodes, "g", infos, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return np.asarray(delos.compile(onnx.shape_inference.infer_shapes(model), **options)(*arrays)[0])


def unary(delos, op, x, **options):
    return run(delos, [helper.make_node(op, ["a"], ["y"])], x, **options)


def units(got, exact):
    """Distance in f32 units in the last place of the exact values."""
    return np.abs(got.astype(np.float64) - exact) / np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)


@pytest.fixture
def rng():
    return np.random.default_rng(23)


@pytest.mark.parametrize("line", promises())
def test_promise_names_a_test(line):
    _, promise, shown, _ = re.split(r"(?<!\\)\|", line)
    source = ""
    for name in re.findall(r"`([^`]+)`", shown):
        if name.startswith("test_"):
            assert f"def {name}(" in source, f"{name} is not in the file named before it: {promise}"
            continue
        path = ROOT / "test" / ("python/" + name if "/" not in name else name)
        source = path.read_text()
    assert source, f"no test is named: {promise}"


def test_products_and_sums_round_separately(delos, rng):
    a, b, c = (rng.standard_normal(1001).astype(np.float32) for _ in range(3))
    nodes = [helper.make_node("Mul", ["a", "b"], ["t"]), helper.make_node("Add", ["t", "c"], ["y"])]
    np.testing.assert_array_equal(run(delos, nodes, a, b, c), a * b + c)


def test_denormals_are_kept(delos, rng):
    a = rng.integers(1, 1 << 23, 300).astype(np.uint32).view(np.float32)
    b = np.full(300, 0.75, np.float32)
    np.testing.assert_array_equal(run(delos, [helper.make_node("Mul", ["a", "b"], ["y"])], a, b), a * b)
    np.testing.assert_array_equal(run(delos, [helper.make_node("Add", ["a", "a"], ["y"])], a), a + a)


@pytest.mark.parametrize("narrow", [np.float16, ml_dtypes.bfloat16])
def test_narrowing_rounds_to_nearest_even(delos, rng, narrow):
    ties = (np.arange(1 << 15, dtype=np.uint32) << 12).view(np.float32)
    x = np.concatenate([rng.standard_normal(1000).astype(np.float32) * 100, ties[np.isfinite(ties)], [np.inf, -np.inf, -0.0]])
    x = x.astype(np.float32)
    got = run(delos, [helper.make_node("Cast", ["a"], ["y"], to=TYPES[narrow])], x, result=narrow)
    with np.errstate(over="ignore"):
        want = x.astype(narrow)
    np.testing.assert_array_equal(got.view(np.uint16), want.view(np.uint16))


@pytest.mark.parametrize("op,function", [("Exp", np.exp), ("Log", np.log), ("Tanh", np.tanh), ("Sin", np.sin), ("Atan", np.arctan)])
def test_precise_functions_are_within_one_unit(delos, rng, op, function):
    x = rng.uniform(0.01, 20, 5000).astype(np.float32)
    exact = function(x.astype(np.float64))
    fast, precise = unary(delos, op, x), unary(delos, op, x, precise_math=True)
    assert units(precise, exact).max() <= 1
    assert units(fast, exact).max() <= 5
    assert fast.tobytes() != precise.tobytes()


@pytest.mark.parametrize("op", ["Sin", "Cos", "Tan", "Log", "Exp", "Asinh", "Tanh", "Erf"])
def test_neighbours_do_not_change_bits(delos, rng, op):
    rare = np.array([1e6, 3e9, 1e38, 0, -0.0, 1e-40, -3, np.inf, np.nan], np.float32)
    x = np.concatenate([rng.uniform(0.1, 50, 500).astype(np.float32), np.tile(rare, 8)])
    order = rng.permutation(len(x))
    whole, mixed = unary(delos, op, x), unary(delos, op, x[order])
    plain = unary(delos, op, x[:500])
    np.testing.assert_array_equal(whole[order], mixed)
    np.testing.assert_array_equal(whole[:500], plain)


def test_square_roots_are_exact(delos, rng):
    x = rng.integers(0, 0x7F800001, 5000).astype(np.uint32).view(np.float32)
    np.testing.assert_array_equal(unary(delos, "Sqrt", x), np.sqrt(x))


def test_masked_rows_are_nan(delos, rng):
    x = rng.standard_normal((5, 33)).astype(np.float32)
    alone = unary(delos, "Softmax", x)
    x[2] = -np.inf
    got = unary(delos, "Softmax", x)
    assert np.isnan(got[2]).all()
    others = [0, 1, 3, 4]
    np.testing.assert_array_equal(got[others], alone[others])
