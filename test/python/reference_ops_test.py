"""The reference interpreter's views, reductions, windows, contractions and indexing against NumPy, on odd, prime, 0 and 1 sizes."""

import numpy as np
import pytest

from oracle import numeric, primitives
from oracle.graph_ir import FLOATS, INTS, PLAIN, Function, Size, numpy_dtype
from oracle.runner import Case, run, run_one

SHAPES = [(), (1,), (0,), (7,), (3, 5), (1, 13), (4, 0), (2, 3, 5), (3, 1, 2, 7)]


class Suite:
    """Collects results of many ops in one function, runs it once and compares each with its expectation."""

    def __init__(self, random):
        self.random, self.function = random, Function("suite")
        self.inputs, self.expected = [], []

    def input(self, dtype: str, shape, low=-3, high=3, special=0.0, array=None):
        array = numeric.draw(self.random, dtype, shape, low, high, special) if array is None else np.asarray(array)
        self.inputs.append(array)
        return self.function.argument(dtype, array.shape), array

    def expect(self, value, array, what: str):
        self.function.give(value)
        self.expected.append((what, np.asarray(array)))

    def check(self, tolerance: float = 0.0, scale: float = 0.0):
        got = run_one(Case(self.function, self.inputs))
        problems = [
            f"{what}: {text}"
            for (what, want), g in zip(self.expected, got)
            if (text := numeric.difference(g, want, tolerance, scale=scale))
        ]
        assert not problems, "\n".join(problems)


@pytest.fixture
def suite(random):
    return Suite(random)


@pytest.mark.parametrize("dtype", PLAIN)
def test_views(dtype, suite):
    f, random = suite.function, suite.random
    scalar, fill = suite.input(dtype, ())
    for shape in SHAPES:
        x, a = suite.input(dtype, shape, special=0.1)
        rank = len(shape)
        perm = [int(p) for p in random.permutation(rank)]
        suite.expect(f.transpose(x, perm), a.transpose(perm), f"transpose {shape} {perm}")
        suite.expect(f.reshape(x, [1, a.size, 1]), a.reshape(1, a.size, 1), f"reshape {shape}")
        flipped = [d for d in range(rank) if random.random() < 0.6]
        suite.expect(f.reverse(x, flipped), np.flip(a, flipped), f"reverse {shape} {flipped}")
        places = sorted(int(p) for p in random.choice(rank + 2, rank, replace=False))
        wide = [2, 3, 5, 2, 3, 2][: rank + 2]
        for position, place in enumerate(places):
            wide[place] = shape[position] if shape[position] != 1 else wide[place]
        spread = a.reshape([shape[places.index(d)] if d in places else 1 for d in range(rank + 2)])
        suite.expect(f.broadcast(x, places, wide), np.broadcast_to(spread, wide), f"broadcast {shape} to {wide} at {places}")
        starts = [int(random.integers(0, size + 1)) for size in shape]
        steps = [int(random.integers(1, 4)) for _ in shape]
        box = tuple(slice(s, None, t) for s, t in zip(starts, steps))
        suite.expect(f.slice(x, starts, steps, a[box].shape), a[box], f"slice {shape} {starts} {steps}")
        low, high, gaps = ([int(random.integers(0, 3)) for _ in shape] for _ in range(3))
        padded = np.full([lo + n + max(n - 1, 0) * g + h for lo, n, g, h in zip(low, shape, gaps, high)], fill)
        padded[tuple(slice(lo, lo + max(n - 1, 0) * (g + 1) + (n > 0), g + 1) for lo, n, g in zip(low, shape, gaps))] = a
        suite.expect(f.pad(x, scalar, low, high, gaps), padded, f"pad {shape} {low} {high} {gaps}")
        for dim in range(rank):
            other, b = suite.input(dtype, [*shape[:dim], 4, *shape[dim + 1 :]])
            suite.expect(f.concat([x, other, x], dim), np.concatenate([a, b, a], dim), f"concat {shape} {dim}")
    suite.check()


def kinds_of(dtype: str) -> list[str]:
    bits = [] if numeric.is_float(dtype) else ["bit_and", "bit_or"]
    return bits + ([] if dtype == "bool" else ["sum", "prod", "max", "min"])


@pytest.mark.parametrize("dtype", PLAIN)
def test_reductions_and_scans(dtype, suite):
    f = suite.function
    for shape in SHAPES:
        x, a = suite.input(dtype, shape, -2, 2)
        y, b = suite.input(dtype, shape, -2, 2, special=0.1)
        for kind in kinds_of(dtype):
            value, array = (y, b) if kind in ("max", "min") else (x, a)
            for dims in {(), (0,), (len(shape) - 1,), tuple(range(len(shape)))}:
                if all(0 <= d < len(shape) for d in dims):
                    want = primitives.reduce(kind, dtype, array, list(dims))
                    suite.expect(f.reduce(kind, value, list(dims)), want, f"reduce {kind} {shape} {dims}")
            for dim in range(len(shape)):
                exclusive, reverse = bool(suite.random.integers(2)), bool(suite.random.integers(2))
                want = primitives.scan(kind, dtype, array, dim, exclusive, reverse)
                what = f"scan {kind} {shape} dim {dim} exclusive {exclusive} reverse {reverse}"
                suite.expect(f.scan(kind, value, dim, exclusive, reverse), want, what)
    suite.check(numeric.epsilon(dtype), numeric.epsilon("float64") * 100)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS])
def test_positions_of_extremes(dtype, suite):
    f = suite.function
    for shape in [(1,), (7,), (3, 5), (0, 3), (2, 13, 3)]:
        x, a = suite.input(dtype, shape, -2, 2, special=0.15)
        for dim in range(len(shape)):
            if shape[dim] == 0:
                continue
            wide = primitives.widen(a)
            flipped = np.flip(wide, dim)
            for kind, arg in (("max", np.argmax), ("min", np.argmin)):
                suite.expect(f.arg_reduce(kind, x, dim), arg(wide, dim).astype(np.int64), f"arg {kind} {shape} {dim}")
                last = shape[dim] - 1 - arg(flipped, dim)
                suite.expect(f.arg_reduce(kind, x, dim, last=True), np.asarray(last, np.int64), f"arg {kind} last {shape} {dim}")
    suite.check()


@pytest.mark.parametrize("dtype", [*FLOATS, "int8", "int32", "uint8", "int64"])
def test_windows(dtype, suite):
    f = suite.function
    cases = [
        ((11,), (3,), (2,), (1,), (1,), 0), ((2, 3, 9, 8), (1, 1, 3, 2), (1, 1, 2, 1), (1, 1, 1, 2), (0, 0, 1, 0), 0),
        ((1, 5, 7), (1, 3, 3), (1, 1, 1), (1, 2, 3), (0, 2, 2), 1), ((3, 0), (1, 1), (1, 1), (1, 1), (0, 0), 0),
        ((2, 6), (1, 4), (1, 5), (1, 1), (0, 1), 2),
    ]  # fmt: skip
    for shape, window, strides, dilations, low, more in cases:
        x, a = suite.input(dtype, shape, -2, 2)
        reach = [(w - 1) * d + 1 for w, d in zip(window, dilations)]
        sizes = [
            n if w == 1 else (n + 2 * lo - r) // s + 1 + more for n, w, lo, r, s in zip(shape, window, low, reach, strides)
        ]
        for kind in ("sum", "max", "min", "prod"):
            want = primitives.window_reduce(kind, dtype, a, window, strides, dilations, low, sizes)
            value = f.window_reduce(kind, x, window, strides, dilations, low, sizes)
            suite.expect(value, want, f"window {kind} {shape} {window} {strides} {dilations} {low}")
    suite.check(numeric.epsilon(dtype))


PRODUCTS = [
    ((3, 5), (5, 7), ((), ()), ((1,), (0,))), ((5, 3), (7, 5), ((), ()), ((0,), (1,))),
    ((2, 3, 5), (2, 5, 4), ((0,), (0,)), ((2,), (1,))), ((3, 2, 5), (5, 4, 2), ((1,), (2,)), ((2,), (0,))),
    ((1, 1), (1, 1), ((), ()), ((1,), (0,))), ((4, 0), (0, 3), ((), ()), ((1,), (0,))), ((0, 3), (3, 2), ((), ()), ((1,), (0,))),
    ((3,), (3,), ((), ()), ((0,), (0,))), ((3,), (4,), ((), ()), ((), ())), ((2, 3, 4, 5), (4, 6, 3, 2), ((0,), (3,)), ((2, 1), (0, 2))),
    ((130, 300), (300, 261), ((), ()), ((1,), (0,))),
]  # fmt: skip


@pytest.mark.parametrize(
    "left, right, result",
    [(t, t, t) for t in (*FLOATS, *INTS)]
    + [("int8", "int8", "int32"), ("uint8", "int8", "int32"), ("uint8", "uint8", "int32"), ("float16", "float16", "float32")],
)
def test_contractions(left, right, result, suite):
    for a_shape, b_shape, batch, contracted in PRODUCTS:
        x, a = suite.input(left, a_shape, -100, 100)
        y, b = suite.input(right, b_shape, -100, 100)
        value = suite.function.contract(x, y, batch, contracted, dtype=result)
        want = primitives.contract(a, b, batch, contracted, numpy_dtype(result))
        suite.expect(value, want, f"contract {a_shape} {b_shape} {batch} {contracted}")
    suite.check(numeric.epsilon(result), scale=1e-14)


@pytest.mark.parametrize(
    "left, right, result",
    [(t, t, t) for t in ("float64", "float32", "float16", "bfloat16", "int32")]
    + [("uint8", "int8", "int32"), ("int8", "int8", "int32")],
)
@pytest.mark.parametrize("channels_last", [False, True])
def test_convolutions(left, right, result, channels_last, suite):
    cases = [  # input spatial, batch, channels, outputs, window, strides, dilations, low, high, groups
        ((9,), 2, 3, 5, (3,), (2,), (1,), (1,), (0,), 1), ((8, 7), 1, 4, 6, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 2),
        ((7, 11), 2, 5, 5, (3, 2), (2, 3), (2, 1), (0, 2), (1, 1), 5), ((1, 1), 1, 1, 1, (1, 1), (1, 1), (1, 1), (0, 0), (0, 0), 1),
        ((5, 4, 3), 1, 2, 4, (2, 3, 1), (1, 1, 2), (1, 1, 1), (1, 0, 0), (0, 1, 0), 1),
        ((6, 5), 0, 2, 3, (2, 2), (1, 1), (1, 1), (0, 0), (0, 0), 1), ((6, 5), 2, 3, 6, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 3),
    ]  # fmt: skip
    for spatial, n, c, o, window, strides, dilations, low, high, groups in cases:
        x, a = suite.input(left, (n, *spatial, c) if channels_last else (n, c, *spatial), -9, 9)
        w, b = suite.input(right, (o, c // groups, *window), -9, 9)
        value = suite.function.conv(x, w, strides, dilations, low, high, groups, channels_last, dtype=result)
        want = primitives.conv(a, b, strides, dilations, low, high, groups, channels_last, numpy_dtype(result))
        suite.expect(value, want, f"conv {a.shape} {b.shape} strides {strides} groups {groups}")
    suite.check(numeric.epsilon(result), scale=1e-14)


@pytest.mark.parametrize("dtype", PLAIN)
@pytest.mark.parametrize("index", ["int64", "int32", "uint8"])
def test_gathers(dtype, index, suite):
    f, low = suite.function, 0 if index == "uint8" else -7
    x, a = suite.input(dtype, (7, 3, 5), special=0.1)
    i, ia = suite.input(index, (4, 2), low, 6)
    j, ja = suite.input(index, (4, 2), 0, 2)
    k, ka = suite.input(index, (2, 3, 5), low, 6)
    rows = f.gather(x, [i], [0], ["0", "d2", "d3"], [["d0", "d1"]], [4, 2, 3, 5])
    suite.expect(rows, a[ia.astype(np.int64)], "gather rows")
    points = f.gather(x, [i, j], [0, 1], ["0", "0", "d2"], [["d0", "d1"], ["d0", "d1"]], [4, 2, 5])
    suite.expect(points, a[ia.astype(np.int64), ja.astype(np.int64)], "gather points")
    elements = f.gather(x, [k], [0], ["0", "d1", "d2"], [["d0", "d1", "d2"]], [2, 3, 5])
    suite.expect(elements, np.take_along_axis(a, ka.astype(np.int64) % 7, 0), "gather elements")
    nothing, na = suite.input(index, (0,))
    suite.expect(f.gather(x, [nothing], [0], ["0", "d1", "d2"], [["d0"]], [0, 3, 5]), a[na.astype(np.int64)], "gather nothing")
    suite.check()


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS])
@pytest.mark.parametrize("kind", ["assign", "add", "mul", "max", "min"])
def test_scatters(dtype, kind, suite):
    combine = {"assign": lambda a, b: b, "add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}[kind]
    x, a = suite.input(dtype, (7, 3), -2, 2)
    u, ua = suite.input(dtype, (5, 3), -2, 2)
    i, ia = suite.input("int64", (5,), array=[6, -1, 2, 2, 0])
    result = a.copy()
    for update, row in zip(ua, ia):
        for column in range(3):
            result[row, column] = combine(result[row, column], update[column])
    value = suite.function.scatter(kind, x, u, [i], [0], ["0", "d1"], [["d0"]])
    suite.expect(value, result, f"scatter {kind}")
    suite.check(numeric.epsilon(dtype))


@pytest.mark.parametrize("dtype", PLAIN)
def test_sorts(dtype, suite):
    for shape in [(1,), (0,), (29,), (5, 7), (3, 0, 2), (2, 11, 3)]:
        x, a = suite.input(dtype, shape, -3, 3, special=0.2)
        for dim in range(len(shape)):
            for descending in (False, True):
                values, positions = primitives.sort(a, dim, descending)
                value, position = suite.function.sort(x, dim, descending)
                suite.expect(value, values, f"sort {shape} {dim} {descending}")
                suite.expect(position, positions, f"positions {shape} {dim} {descending}")
    suite.check()


@pytest.mark.parametrize("dtype", [*FLOATS, *INTS])
def test_sources(dtype, suite):
    f = suite.function
    for shape in [(5,), (3, 7), (2, 0), (2, 3, 4)]:
        for dim in range(len(shape)):
            want = np.broadcast_to(np.arange(shape[dim]).reshape([-1 if d == dim else 1 for d in range(len(shape))]), shape)
            suite.expect(f.iota(dtype, shape, dim), want.astype(numpy_dtype(dtype)), f"iota {shape} {dim}")
    suite.expect(f.splat(dtype, [3, 2], "2.0" if numeric.is_float(dtype) else "2"), np.full((3, 2), 2, numpy_dtype(dtype)), "splat")
    suite.check()


@pytest.mark.parametrize("batch, length", [(1, 1), (2, 7), (5, 13), (0, 3), (3, 0)])
def test_symbolic_sizes(batch, length, suite):
    n, s = Size(batch, "batch"), Size(length, "seq")
    f = suite.function
    a = numeric.draw(suite.random, "float32", (batch, length, 4))
    suite.inputs.append(a)
    x = f.argument("float32", [n, s, 4])
    flat = f.reshape(x, [n * s, 4])
    suite.expect(flat, a.reshape(-1, 4), "reshape")
    suite.expect(f.concat([x, x], 1), np.concatenate([a, a], 1), "concat")
    suite.expect(f.reduce("sum", x, [1]), a.astype(np.float64).sum(1).astype(np.float32), "reduce")
    suite.expect(f.slice(x, [0, 0, 1], [1, 1, 2], [n, s, 2]), a[:, :, 1::2], "slice")
    product = primitives.contract(a, a, ((0,), (0,)), ((2,), (2,)), np.dtype(np.float32))
    suite.expect(f.contract(x, x, ((0,), (0,)), ((2,), (2,))), product, "contract")
    suite.check(numeric.epsilon("float32"))


def test_an_index_outside_its_tensor_is_an_error_of_that_function_alone():
    cases = []
    for name, index in (("fine", -3), ("high", 3), ("low", -4)):
        f = Function(name)
        x, i = f.argument("float32", [3]), f.argument("int64", [1])
        f.give(f.gather(x, [i], [0], ["0"], [["d0"]], [1]))
        cases.append(Case(f, [np.arange(3, dtype=np.float32), np.array([index])]))
    fine, high, low = run(cases)
    assert fine.arrays is not None and fine.arrays[0][0] == 0
    assert "OUT_OF_RANGE" in high.error and "index 3 into dim 0 of size 3" in high.error
    assert "index -4 into dim 0 of size 3" in low.error
