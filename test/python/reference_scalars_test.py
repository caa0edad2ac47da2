"""The reference interpreter's element-wise functions and casts against NumPy and Python integers, special values included."""

import numpy as np
import pytest

from oracle import numeric, scalars
from oracle.graph_ir import DTYPES, PLAIN, Function, numpy_dtype
from oracle.runner import Case, run_one

SMALL_FLOATS = ("float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "float4e2m1")


def operands_of(random, dtype: str, count: int = 97) -> list[np.ndarray]:
    """Three operands that hold every pair of special values, then random ones; a condition first."""
    special = numeric.specials(dtype)
    pairs = np.array(np.meshgrid(np.arange(special.size), np.arange(special.size))).reshape(2, -1)
    high = 1e3 if numeric.is_float(dtype) else 200
    rest = [numeric.draw(random, dtype, [count], low, high) for low, high in ((-4, 4), (-4, 4), (-high, high))]
    first = np.concatenate([special[pairs[0]], rest[0]])
    second = np.concatenate([special[pairs[1]], rest[1]])
    third = np.concatenate([np.roll(special[pairs[1]], 7), rest[2]])
    return [random.random(first.shape) < 0.5, first, second, third]


@pytest.mark.parametrize("dtype", PLAIN)
def test_every_function_agrees_with_numpy(dtype, random):
    condition, *data = operands_of(random, dtype)
    function = Function("scalars")
    arguments = [function.argument("bool", condition.shape), *(function.argument(dtype, x.shape) for x in data)]
    names = scalars.functions(dtype)
    expected = []
    for fn in names:
        select = fn == "select"
        count = scalars.arity(fn)
        chosen = [arguments[0], arguments[1], arguments[2]] if select else arguments[1 : 1 + count]
        inputs = [condition, data[0], data[1]] if select else data[:count]
        function.give(function.map(fn, *chosen))
        expected.append(scalars.evaluate(fn, dtype, inputs))
    got = run_one(Case(function, [condition, *data]))
    # One unit in the last place for float64 functions that two libraries round differently; the rest is exact.
    tolerance = 4 * numeric.epsilon(dtype) if dtype == "float64" else numeric.epsilon(dtype) / 2
    problems = [f"{fn}: {text}" for fn, g, w in zip(names, got, expected) if (text := numeric.difference(g, w, tolerance))]
    assert not problems, "\n".join(problems)


def saturated(values: np.ndarray, dtype: str) -> np.ndarray:
    limits = numeric.info(dtype)
    low, high = int(limits.min), int(limits.max)
    result = [0 if np.isnan(v) else low if v <= low else high if v >= high else int(v) for v in values.astype(np.float64)]
    return np.array(result, dtype=numpy_dtype(dtype))


def wrapped(values: np.ndarray, dtype: str) -> np.ndarray:
    def one(v: float) -> int:
        if dtype == "uint64" and v >= 2.0**64:
            return 0
        held = np.isfinite(v) and -(2.0**63) <= v < (2.0**64 if dtype == "uint64" else 2.0**63)
        return scalars.wrap(int(v) if held else -(2**63), dtype)

    return np.array([one(v) for v in values.astype(np.float64)], dtype=numpy_dtype(dtype))


def cast_expectation(values: np.ndarray, source: str, target: str, mode: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        if target == "bool":
            return values != 0
        if numeric.is_float(target):
            # float64 holds every source but 64-bit integers, which the random values keep small.
            return values.astype(np.float64).astype(numpy_dtype(target))
        if numeric.is_float(source):
            return saturated(values, target) if mode == "saturate" else wrapped(values, target)
        if mode == "wrap":
            return np.array([scalars.wrap(int(v), target) for v in values], dtype=numpy_dtype(target))
        limits = numeric.info(target)
        return np.array([min(max(int(v), int(limits.min)), int(limits.max)) for v in values], dtype=numpy_dtype(target))


@pytest.mark.parametrize("source", PLAIN)
def test_casts_agree_with_numpy(source, random):
    wide = source in ("int64", "uint64")
    special = np.array([0, 1, 2, 7, 200, 70000], dtype=numpy_dtype(source)) if wide else numeric.specials(source)
    values = np.concatenate([special, numeric.draw(random, source, [101], -300, 300)])
    function = Function("casts")
    x = function.argument(source, values.shape)
    tried, expected = [], []
    for target in PLAIN:
        for mode in ("wrap", "saturate"):
            function.give(function.cast(x, target, mode))
            tried.append(f"{target} {mode}")
            expected.append(cast_expectation(values, source, target, mode))
    got = run_one(Case(function, [values]))
    problems = [f"{name}: {text}" for name, g, w in zip(tried, got, expected) if (text := numeric.difference(g, w, 0))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("target", SMALL_FLOATS)
def test_narrow_floats_agree_with_ml_dtypes(target, random):
    values = np.concatenate([numeric.draw(random, "float32", [4001], -600, 600), numeric.draw(random, "float32", [4001], -1, 1)])
    function = Function("narrow")
    x = function.argument("float32", values.shape)
    small = function.cast(x, target)
    function.give(small, function.cast(small, "float32"), function.cast(x, target, "saturate"))
    narrow, back, clamped = run_one(Case(function, [values]))
    kind = DTYPES[target][1]
    expected = values.astype(kind)
    np.testing.assert_array_equal(narrow.astype(np.float32), expected.astype(np.float32))
    np.testing.assert_array_equal(back, expected.astype(np.float32))
    largest = float(numeric.info(target).max)
    np.testing.assert_array_equal(clamped.astype(np.float32), np.clip(values, -largest, largest).astype(kind).astype(np.float32))


@pytest.mark.parametrize("source, target", [("float32", "uint32"), ("int16", "bfloat16"), ("float64", "int64"), ("uint8", "int8")])
def test_bitcast_keeps_the_bits(source, target, random):
    values = numeric.draw(random, source, [3, 5], -100, 100)
    function = Function("bits")
    function.give(function.bitcast(function.argument(source, values.shape), target))
    (got,) = run_one(Case(function, [values]))
    assert got.dtype == numpy_dtype(target) and got.tobytes() == values.tobytes()


def test_float64_mode_evaluates_in_double(random):
    x = numeric.draw(random, "float16", [100], 0.1, 3)
    function = Function("wide")
    value = function.argument("float16", x.shape)
    function.give(function.map("exp", function.cast(function.map("log", value), "bfloat16")))
    case = Case(function, [x])
    (narrow,) = run_one(case)
    (wide,) = run_one(case, options=["--float64"])
    assert wide.dtype == np.float64
    np.testing.assert_allclose(wide, x.astype(np.float64), rtol=1e-14)
    assert np.abs(narrow.astype(np.float64) - x.astype(np.float64)).max() > 1e-4


def test_random_numbers_depend_on_the_seed_alone():
    function = Function("random")
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        for kind in ("uniform", "normal"):
            function.give(function.random(kind, 7, dtype, [4099]), function.random(kind, 8, dtype, [4099]))
    first, second = run_one(Case(function, [])), run_one(Case(function, []))
    for index, (a, b) in enumerate(zip(first, second)):
        np.testing.assert_array_equal(a, b)
        values = a.astype(np.float64)
        if index // 2 % 2 == 0:
            assert values.min() >= 0 and values.max() < 1 and abs(values.mean() - 0.5) < 0.03
        else:
            assert abs(values.mean()) < 0.08 and abs(values.std() - 1) < 0.05
    assert not np.array_equal(first[0], first[1])
