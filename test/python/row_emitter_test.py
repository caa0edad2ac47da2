"""Row kernels of single primitives and fused groups against NumPy: every dtype, odd and empty shapes, static and dynamic."""
import itertools
import os

import ml_dtypes
import numpy as np
import pytest

from row_kernels import DTYPES, Refused, RowKernel, function, tensor_type

pytestmark = pytest.mark.skipif(
    not os.path.exists(os.path.join(os.path.dirname(__file__), "..", "..", "build", "lib", "libdelos_row_runner.so")),
    reason="build the target delos_row_runner first")

FLOATS = ["f32", "f64", "f16", "bf16"]
SIGNED = ["i8", "i16", "i32", "i64"]
UNSIGNED = ["ui8", "ui16", "ui32", "ui64"]
SHAPES = [(), (1,), (7,), (3, 1, 5), (2, 3, 17), (33, 70)]


def random_array(rng, shape, name, low=-50, high=50):
    dtype = np.dtype(DTYPES[name])
    if name == "i1":
        return rng.random(shape) < 0.5
    if name in FLOATS:
        return np.asarray(rng.standard_normal(shape) * 3).astype(dtype)
    if name in UNSIGNED:
        low = 0
    return rng.integers(low, high, shape).astype(dtype)


def symbolic(shape):
    """The same shape with a name per dim, and the sizes of the names."""
    names = [f"s{k}" for k in range(len(shape))]
    return tuple(names), dict(zip(names, shape))


def wide(x):
    x = np.asarray(x)
    return x.astype(np.float64) if x.dtype.kind in "fV" or x.dtype == ml_dtypes.bfloat16 else x


def assert_close(got, want, ulps=4):
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape and got.dtype == want.dtype
    if got.dtype.kind in "biu":
        np.testing.assert_array_equal(got, want)
        return
    eps = {np.dtype(np.float64): 2.0**-52, np.dtype(np.float32): 2.0**-23, np.dtype(np.float16): 2.0**-10}.get(
        got.dtype, 2.0**-7)
    np.testing.assert_allclose(wide(got), wide(want), rtol=ulps * eps, atol=ulps * eps * 1e-6)


def run(arguments, body, results, inputs, splits=3, dynamic=False):
    """Compiles the same body for static or symbolic shapes. `arguments` and `results`: (shape, dtype name)."""
    sizes = {}
    types = [tensor_type(shape, DTYPES[name]) for shape, name in arguments]
    out = [(value, tensor_type(shape, DTYPES[name])) for value, (shape, name) in results]
    kernel = RowKernel(function(types, body, out))
    return kernel(inputs, [(shape, DTYPES[name]) for _, (shape, name) in results], sizes, splits)


def elementwise(fn, names, shape, inputs, result=None, dynamic=False):
    """One graph.map over equal shapes."""
    text, sizes = symbolic(shape) if dynamic else (shape, {})
    types = [tensor_type(text, DTYPES[name]) for name in names]
    result = result or names[-1]
    out = tensor_type(text, DTYPES[result])
    operands = ", ".join(f"%a{k}" for k in range(len(names)))
    body = [f"%0 = graph.map {fn} {operands} : ({', '.join(types)}) -> {out}"]
    kernel = RowKernel(function(types, body, [("%0", out)]))
    return kernel(inputs, [(shape, DTYPES[result])], sizes, splits=3)[0]


def rounded(function, *arrays):
    """The function in f64 (f32 for the narrow types' exactness does not matter) rounded to the arrays' dtype."""
    dtype = arrays[0].dtype
    with np.errstate(all="ignore"):
        return np.asarray(function(*[wide(a) for a in arrays])).astype(dtype)


BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "max": np.maximum, "min": np.minimum,
}


@pytest.mark.parametrize("name", FLOATS + SIGNED + UNSIGNED)
@pytest.mark.parametrize("fn", BINARY)
def test_binary(fn, name):
    rng = np.random.default_rng(1)
    for shape, dynamic in itertools.product([(), (7,), (33, 70)], (False, True)):
        x, y = random_array(rng, shape, name), random_array(rng, shape, name)
        got = elementwise(fn, [name, name], shape, [x, y], dynamic=dynamic and shape != ())
        if name in FLOATS:
            assert_close(got, rounded(BINARY[fn], x, y), 0.51)
        else:
            np.testing.assert_array_equal(got, BINARY[fn](x, y))


@pytest.mark.parametrize("name", SIGNED + UNSIGNED)
def test_integer_division_and_remainders(name):
    rng = np.random.default_rng(2)
    info = np.iinfo(DTYPES[name])
    x = rng.integers(info.min, info.max, 300, dtype=DTYPES[name], endpoint=True)
    y = random_array(rng, (300,), name, -9, 9)
    x[:4], y[:4] = [info.min, info.min, info.max, 0], [info.max, 1, 0, 0]
    if info.min < 0:
        x[4], y[4] = info.min, -1
    with np.errstate(all="ignore"):
        quotient = np.array([0 if b == 0 else int(a) // int(b) if (int(a) < 0) == (int(b) < 0) or int(a) % int(b) == 0
                             else int(a) // int(b) + 1 for a, b in zip(x, y)], object)
        trunc = np.array([0 if b == 0 else int(a) - int(q) * int(b) for a, b, q in zip(x, y, quotient)], object)
        floor = np.array([0 if b == 0 else int(a) % int(b) for a, b in zip(x, y)], object)
    bits = info.bits
    wrap = lambda v: np.array([int(e) & ((1 << bits) - 1) for e in v], np.uint64).astype(f"u{bits // 8}").view(x.dtype)
    np.testing.assert_array_equal(elementwise("div", [name] * 2, x.shape, [x, y]), wrap(quotient))
    np.testing.assert_array_equal(elementwise("rem_trunc", [name] * 2, x.shape, [x, y]), wrap(trunc))
    np.testing.assert_array_equal(elementwise("rem_floor", [name] * 2, x.shape, [x, y]), wrap(floor))


@pytest.mark.parametrize("name", ["f32", "f64", "f16", "bf16"])
def test_float_division_and_remainders(name):
    rng = np.random.default_rng(3)
    x, y = random_array(rng, (200,), name), random_array(rng, (200,), name)
    assert_close(elementwise("div", [name] * 2, x.shape, [x, y]), rounded(np.divide, x, y), 0.51)
    assert_close(elementwise("rem_trunc", [name] * 2, x.shape, [x, y]), rounded(np.fmod, x, y), 0.51)
    assert_close(elementwise("rem_floor", [name] * 2, x.shape, [x, y]), rounded(np.mod, x, y), 1)


@pytest.mark.parametrize("name", SIGNED + UNSIGNED)
def test_bits_and_integer_power(name):
    rng = np.random.default_rng(4)
    x, y = random_array(rng, (100,), name), random_array(rng, (100,), name)
    for fn, reference in (("bit_and", np.bitwise_and), ("bit_or", np.bitwise_or), ("bit_xor", np.bitwise_xor)):
        np.testing.assert_array_equal(elementwise(fn, [name] * 2, x.shape, [x, y]), reference(x, y))
    np.testing.assert_array_equal(elementwise("bit_not", [name], x.shape, [x]), ~x)
    base, exponent = random_array(rng, (100,), name, -5, 6), random_array(rng, (100,), name, 0, 7)
    exponent = np.abs(exponent) % 8
    np.testing.assert_array_equal(elementwise("pow", [name] * 2, x.shape, [base, exponent]), base**exponent)
    if name in UNSIGNED:
        bits = np.iinfo(x.dtype).bits
        by = rng.integers(0, bits + 3, 100).astype(x.dtype)
        inside = by < bits
        safe = np.where(inside, by, 0).astype(x.dtype)
        np.testing.assert_array_equal(elementwise("shift_left", [name] * 2, x.shape, [x, by]),
                                      np.where(inside, x << safe, 0).astype(x.dtype))
        np.testing.assert_array_equal(elementwise("shift_right", [name] * 2, x.shape, [x, by]),
                                      np.where(inside, x >> safe, 0).astype(x.dtype))


@pytest.mark.parametrize("name", FLOATS + SIGNED + UNSIGNED + ["i1"])
def test_comparisons_and_select(name):
    rng = np.random.default_rng(5)
    x, y = random_array(rng, (95,), name, -3, 3), random_array(rng, (95,), name, -3, 3)
    if name in FLOATS:
        x[:2], y[1:3] = np.nan, np.nan
    for fn, reference in (("eq", np.equal), ("ne", np.not_equal), ("lt", np.less), ("le", np.less_equal),
                          ("gt", np.greater), ("ge", np.greater_equal)):
        np.testing.assert_array_equal(elementwise(fn, [name] * 2, x.shape, [x, y], "i1"), reference(wide(x), wide(y)))
    c = rng.random(95) < 0.5
    got = elementwise("select", ["i1", name, name], x.shape, [c, x, y])
    assert got.tobytes() == np.where(c, x, y).astype(x.dtype).tobytes()


@pytest.mark.parametrize("name", FLOATS)
def test_extrema_propagate_nan(name):
    x = np.array([1, np.nan, 2, np.nan, -np.inf, np.inf], DTYPES[name])
    y = np.array([np.nan, 1, 3, np.nan, 1, 1], DTYPES[name])
    for fn, reference in (("max", np.maximum), ("min", np.minimum)):
        np.testing.assert_array_equal(wide(elementwise(fn, [name] * 2, x.shape, [x, y])), reference(wide(x), wide(y)))


UNARY = {
    "abs": np.abs, "neg": np.negative, "sign": np.sign, "ceil": np.ceil, "floor": np.floor, "round_even": np.rint,
    "reciprocal": lambda x: 1 / x, "sin": np.sin, "cos": np.cos, "tan": np.tan, "atan": np.arctan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "exp": np.exp, "expm1": np.expm1,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "erf": lambda x: np.vectorize(__import__("math").erf, [float])(x),
}
DOMAINS = {
    "sqrt": (np.sqrt, np.abs), "rsqrt": (lambda x: 1 / np.sqrt(x), np.abs), "log": (np.log, np.abs),
    "log1p": (np.log1p, np.abs), "asin": (np.arcsin, np.tanh), "acos": (np.arccos, np.tanh),
    "acosh": (np.arccosh, lambda x: 1 + np.abs(x)), "atanh": (np.arctanh, lambda x: np.tanh(x) * 0.99),
}


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("fn", list(UNARY) + list(DOMAINS))
def test_functions(fn, name):
    rng = np.random.default_rng(6)
    x = random_array(rng, (999,), name)
    reference, domain = DOMAINS.get(fn, (UNARY.get(fn), lambda v: v))
    x = np.asarray(domain(wide(x))).astype(x.dtype)
    got = elementwise(fn, [name], x.shape, [x])
    assert_close(got, rounded(reference, x), 5 if name == "f32" else 2)


SPECIALS = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 3e38, -3e38, 88.7, -103.5, 1e-20, 0.5, 1.5]


@pytest.mark.parametrize("fn", [f for f in list(UNARY) + list(DOMAINS)])
def test_special_values(fn):
    x = np.array(SPECIALS * 2 + [1e9, 12345.678, -2e30], np.float32)
    reference = UNARY.get(fn) or DOMAINS[fn][0]
    want = rounded(reference, x)
    got = elementwise(fn, ["f32"], x.shape, [x])
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=3e-45)
    kept = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(got[kept]), np.signbit(want[kept]))


@pytest.mark.parametrize("name", FLOATS)
def test_power(name):
    rng = np.random.default_rng(7)
    x, y = np.abs(random_array(rng, (500,), name)), random_array(rng, (500,), name)
    assert_close(elementwise("pow", [name] * 2, x.shape, [x, y]), rounded(np.power, x, y), 2)
    values = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5]
    x, y = (np.array(v, DTYPES[name]) for v in zip(*itertools.product(values, values)))
    got, want = elementwise("pow", [name] * 2, x.shape, [x, y]), rounded(np.power, x, y)
    assert_close(got, want, 1)
    kept = ~np.isnan(wide(want))
    np.testing.assert_array_equal(np.signbit(wide(got))[kept], np.signbit(wide(want))[kept])


@pytest.mark.parametrize("source", FLOATS + SIGNED + UNSIGNED + ["i1"])
def test_casts(source):
    rng = np.random.default_rng(8)
    x = random_array(rng, (100,), source, 0, 100)
    for target in FLOATS + SIGNED + UNSIGNED + ["i1"]:
        if source in FLOATS and target in UNSIGNED:
            x = np.abs(x)
        a, r = tensor_type(x.shape, x.dtype), tensor_type(x.shape, DTYPES[target])
        kernel = RowKernel(function([a], [f"%0 = graph.cast %a0 : {a} to {r}"], [("%0", r)]))
        got = kernel([x], [(x.shape, DTYPES[target])])[0]
        want = x.astype(bool) if target == "i1" else x.astype(DTYPES[target])
        np.testing.assert_array_equal(wide(got), wide(want), err_msg=f"{source} to {target}")


@pytest.mark.parametrize("target", SIGNED + UNSIGNED)
def test_saturating_casts(target):
    info = np.iinfo(DTYPES[target])
    for source in FLOATS + SIGNED + UNSIGNED:
        if source in FLOATS:
            x = np.array([np.nan, np.inf, -np.inf, -1e9, 300, -300, 70000, 3.7, -3.7, 0], DTYPES[source])
        else:
            own = np.iinfo(DTYPES[source])
            x = np.array([own.min, own.max, 0, 1, own.max // 2, own.min // 2], DTYPES[source])
        want = []
        for v in x:
            if source in FLOATS and np.isnan(v):
                want.append(0)
            else:
                v = float(v) if source in FLOATS else int(v)
                v = v if not isinstance(v, float) or np.isinf(v) else int(v)
                want.append(info.max if v >= info.max else info.min if v <= info.min else int(v))
        a, r = tensor_type(x.shape, x.dtype), tensor_type(x.shape, DTYPES[target])
        kernel = RowKernel(function([a], [f"%0 = graph.cast %a0 mode saturate : {a} to {r}"], [("%0", r)]))
        got = kernel([x], [(x.shape, DTYPES[target])])[0]
        np.testing.assert_array_equal(got, np.array(want, DTYPES[target]), err_msg=f"{source} to {target}")


VIEW_DTYPES = ["f32", "i64", "bf16", "i1", "ui8"]


@pytest.mark.parametrize("name", VIEW_DTYPES)
@pytest.mark.parametrize("dynamic", [False, True])
def test_views(name, dynamic):
    rng = np.random.default_rng(9)

    def check(shape, result_shape, line, reference):
        x = random_array(rng, shape, name)
        sizes = {}
        a, r = tensor_type(shape, x.dtype), tensor_type(result_shape, x.dtype)
        if dynamic:
            # Every size is a symbol of its own value, so that equal sizes stay equal.
            text = lambda dims: tuple(f"n{d}" if d > 1 else d for d in dims)
            sizes = {f"n{d}": d for d in tuple(shape) + tuple(result_shape)}
            a, r = tensor_type(text(shape), x.dtype), tensor_type(text(result_shape), x.dtype)
        types = a if "reverse" in line else f"{a} -> {r}"
        kernel = RowKernel(function([a], [f"%0 = {line} : {types}"], [("%0", r)]))
        got = kernel([x], [(result_shape, x.dtype)], sizes, splits=3)[0]
        want = reference(x)
        assert got.tobytes() == np.ascontiguousarray(want).tobytes(), (line, shape)

    check((5,), (4, 5), "graph.broadcast %a0 dims [1]", lambda x: np.broadcast_to(x, (4, 5)))
    check((7,), (7, 33), "graph.broadcast %a0 dims [0]", lambda x: np.broadcast_to(x[:, None], (7, 33)))
    check((3, 1, 5), (2, 3, 4, 5), "graph.broadcast %a0 dims [1, 2, 3]",
          lambda x: np.broadcast_to(x[None], (2, 3, 4, 5)))
    check((), (3, 20), "graph.broadcast %a0 dims []", lambda x: np.broadcast_to(x, (3, 20)))
    check((9, 33), (33, 9), "graph.transpose %a0 perm [1, 0]", lambda x: x.T)
    check((2, 3, 5, 7), (5, 2, 7, 3), "graph.transpose %a0 perm [2, 0, 3, 1]", lambda x: x.transpose(2, 0, 3, 1))
    check((4, 6, 5), (4, 5, 6), "graph.transpose %a0 perm [0, 2, 1]", lambda x: x.transpose(0, 2, 1))
    check((37,), (37,), "graph.reverse %a0 dims [0]", lambda x: x[::-1])
    check((5, 6), (5, 6), "graph.reverse %a0 dims [0]", lambda x: x[::-1])
    check((9, 40), (3, 20), "graph.slice %a0 starts <2, 1> strides [3, 1]", lambda x: x[2:9:3, 1:21])
    check((50,), (17,), "graph.slice %a0 starts <1> strides [2]", lambda x: x[1:35:2])
    if not dynamic:
        check((6, 35), (2, 3, 7, 5), "graph.reshape %a0", lambda x: x.reshape(2, 3, 7, 5))
        check((4, 6, 5), (24, 5), "graph.reshape %a0", lambda x: x.reshape(24, 5))


@pytest.mark.parametrize("name", FLOATS + ["i8", "i1", "ui16", "i64"])
@pytest.mark.parametrize("dynamic", [False, True])
def test_transposes_in_registers(name, dynamic):
    """Blocks, their borders, several outputs and an untransposed neighbour."""
    rng = np.random.default_rng(23)
    for shape, perm in (((33, 70), (1, 0)), ((16, 16), (1, 0)), ((2, 17, 3, 40), (0, 3, 2, 1)), ((64, 3, 16), (2, 1, 0)),
                        ((5, 20, 31), (0, 2, 1))):
        x = random_array(rng, shape, name)
        y = random_array(rng, tuple(shape[p] for p in perm), name)
        text = tuple(f"n{k}" for k in range(len(shape))) if dynamic else shape
        sizes = dict(zip(text, shape)) if dynamic else {}
        a, r = tensor_type(text, x.dtype), tensor_type(tuple(text[p] for p in perm), x.dtype)
        c = tensor_type(tuple(text[p] for p in perm), np.bool_)
        body = [f"%0 = graph.transpose %a0 perm {list(perm)} : {a} -> {r}", f"%1 = graph.map eq %0, %a1 : ({r}, {r}) -> {c}"]
        kernel = RowKernel(function([a, r], body, [("%0", r), ("%1", c)]))
        got = kernel([x, y], [(y.shape, x.dtype), (y.shape, np.bool_)], sizes, splits=2)
        assert got[0].tobytes() == np.ascontiguousarray(x.transpose(perm)).tobytes(), (shape, perm, kernel.plan)
        np.testing.assert_array_equal(got[1], wide(x.transpose(perm)) == wide(y))


@pytest.mark.parametrize("dynamic", [False, True])
def test_refused_groups_name_the_edge(dynamic):
    """A value that users would compute again for every column is no member; nor is what reads a scan in its kernel."""
    m, n = ("m", "n") if dynamic else (300, 400)
    t, r, c = tensor_type((m, n), np.float32), tensor_type((m,), np.float32), tensor_type((n,), np.float32)
    with pytest.raises(Refused, match="reduce"):
        RowKernel(function([t], softmax_lines(t, r, 1, [0]) + [f"%c = graph.reduce sum %q dims [0] : {t} -> {c}"], [("%c", c)]))
    with pytest.raises(Refused, match="scan"):
        RowKernel(function([t], [f"%0 = graph.scan sum %a0 dim 1 : {t} -> {t}", f"%1 = graph.map neg %0 : ({t}) -> {t}"],
                           [("%1", t)]))


def test_reshape_between_transposes():
    rng = np.random.default_rng(10)
    x = random_array(rng, (4, 6, 35), "f32")
    a, b, c, d = (tensor_type(s, x.dtype) for s in [(4, 6, 35), (35, 6, 4), (7, 30, 4), (4, 30, 7)])
    body = [f"%0 = graph.transpose %a0 perm [2, 1, 0] : {a} -> {b}", f"%1 = graph.reshape %0 : {b} -> {c}",
            f"%2 = graph.transpose %1 perm [2, 1, 0] : {c} -> {d}"]
    got = RowKernel(function([a], body, [("%2", d)]))([x], [((4, 30, 7), x.dtype)])[0]
    np.testing.assert_array_equal(got, x.T.reshape(7, 30, 4).T)


@pytest.mark.parametrize("name", VIEW_DTYPES + ["f64", "i8"])
def test_concat_and_pad(name):
    rng = np.random.default_rng(11)
    for axis in (0, 1, 2):
        shapes = [[2, 3, 5] for _ in range(3)]
        for k, extra in enumerate((0, 20, 1)):
            shapes[k][axis] += extra
        arrays = [random_array(rng, tuple(s), name) for s in shapes]
        want = np.concatenate(arrays, axis)
        types = [tensor_type(a.shape, a.dtype) for a in arrays]
        r = tensor_type(want.shape, want.dtype)
        body = [f"%0 = graph.concat %a0, %a1, %a2 dim {axis} : ({', '.join(types)}) -> {r}"]
        got = RowKernel(function(types, body, [("%0", r)]))(arrays, [(want.shape, want.dtype)], splits=3)[0]
        assert got.tobytes() == want.tobytes()
    x, value = random_array(rng, (3, 18), name), random_array(rng, (), name)
    want = np.pad(x, ((1, 2), (0, 19)), constant_values=value)
    a, v, r = (tensor_type(t.shape, t.dtype) for t in (x, value, want))
    body = [f"%0 = graph.pad %a0 with %a1 low <1, 0> high <2, 19> : ({a}, {v}) -> {r}"]
    got = RowKernel(function([a, v], body, [("%0", r)]))([x, value], [(want.shape, want.dtype)], splits=2)[0]
    assert got.tobytes() == want.tobytes()
    want = np.full((2 * 2 + 1 + 3, 18 + 17), value, x.dtype)
    want[1:6:2, ::2] = x
    r = tensor_type(want.shape, want.dtype)
    body = [f"%0 = graph.pad %a0 with %a1 low <1, 0> high <2, 0> interior [1, 1] : ({a}, {v}) -> {r}"]
    got = RowKernel(function([a, v], body, [("%0", r)]))([x, value], [(want.shape, want.dtype)], splits=2)[0]
    assert got.tobytes() == want.tobytes()


def reduce_reference(kind, x, dims):
    dims = tuple(dims)
    if kind in ("sum", "prod"):
        function = np.sum if kind == "sum" else np.prod
        return function(wide(x), axis=dims, dtype=None if x.dtype.kind not in "iu" else x.dtype).astype(x.dtype)
    if kind in ("bit_and", "bit_or"):
        return (np.bitwise_and if kind == "bit_and" else np.bitwise_or).reduce(x, axis=dims)
    return (np.max if kind == "max" else np.min)(wide(x), axis=dims).astype(x.dtype)


@pytest.mark.parametrize("name", FLOATS + SIGNED + UNSIGNED + ["i1"])
def test_reductions(name):
    rng = np.random.default_rng(12)
    kinds = ["bit_and", "bit_or"] if name == "i1" else ["sum", "prod", "max", "min"]
    for kind, (shape, dims) in itertools.product(kinds, [((70,), [0]), ((9, 33), [1]), ((9, 33), [0]),
                                                         ((3, 5, 40), [0, 2]), ((3, 5, 40), [1]), ((2, 3, 4, 5), [1, 2]),
                                                         ((4, 5), [])]):
        x = random_array(rng, shape, name, -9, 9)
        if kind == "prod" and name in FLOATS:
            x = (np.sign(wide(x)) * (1 + np.abs(wide(x)) / 64)).astype(x.dtype)
        want = reduce_reference(kind, x, dims) if dims else x
        a, r = tensor_type(shape, x.dtype), tensor_type(want.shape, x.dtype)
        kernel = RowKernel(function([a], [f"%0 = graph.reduce {kind} %a0 dims {dims} : {a} -> {r}"], [("%0", r)]))
        got = kernel([x], [(want.shape, x.dtype)], splits=3)[0]
        if name in FLOATS:
            scale = np.abs(wide(x)).sum() if kind == "sum" else np.abs(wide(want)).max()
            eps = {"f64": 1e-15, "f32": 1e-6, "f16": 1e-3, "bf16": 8e-3}[name]
            np.testing.assert_allclose(wide(got), wide(want), atol=eps * scale, err_msg=f"{kind} {shape} {dims}")
        else:
            np.testing.assert_array_equal(got, want, err_msg=f"{kind} {shape} {dims}")


def test_empty_reductions_give_the_neutral_element():
    for name, kind, want in [("f32", "sum", 0), ("f32", "prod", 1), ("f32", "max", -np.inf), ("i32", "max", -2**31),
                             ("ui8", "min", 255), ("i1", "bit_and", True)]:
        x = np.zeros((3, 0), DTYPES[name])
        a, r = tensor_type((3, 0), x.dtype), tensor_type((3,), x.dtype)
        kernel = RowKernel(function([a], [f"%0 = graph.reduce {kind} %a0 dims [1] : {a} -> {r}"], [("%0", r)]))
        np.testing.assert_array_equal(kernel([x], [((3,), x.dtype)])[0], np.full(3, want, x.dtype))


@pytest.mark.parametrize("name", ["f32", "f64", "bf16", "i8", "i64", "ui32"])
def test_arg_reductions(name):
    rng = np.random.default_rng(13)
    for kind, last, (shape, dim) in itertools.product(
            ["max", "min"], [False, True], [((70,), 0), ((9, 33), 1), ((9, 33), 0), ((3, 5, 40), 1), ((2, 1, 3), 1)]):
        x = random_array(rng, shape, name, 0, 6)
        if name in FLOATS and kind == "max":
            x.reshape(-1)[rng.integers(0, x.size, 2)] = np.nan
        function_ = np.argmax if kind == "max" else np.argmin
        w = wide(x)
        want = w.shape[dim] - 1 - function_(np.flip(w, dim), dim) if last else function_(w, dim)
        want = np.asarray(want, np.int64)
        a, r = tensor_type(shape, x.dtype), tensor_type(want.shape, np.int64)
        suffix = " last" if last else ""
        body = [f"%0 = graph.arg_reduce {kind} %a0 dim {dim}{suffix} : {a} -> {r}"]
        got = RowKernel(function([a], body, [("%0", r)]))([x], [(want.shape, np.int64)], splits=3)[0]
        np.testing.assert_array_equal(got, want, err_msg=f"{kind} {last} {shape} {dim}")


@pytest.mark.parametrize("name", ["f32", "f64", "f16", "i32", "i64", "ui8"])
def test_scans(name):
    rng = np.random.default_rng(14)
    for exclusive, reverse, (shape, dim) in itertools.product(
            [False, True], [False, True], [((30,), 0), ((7, 40), 0), ((7, 40), 1), ((2, 5, 3), 1)]):
        x = random_array(rng, shape, name, 0, 5)
        acc = wide(np.flip(x, dim) if reverse else x)
        want = np.cumsum(acc, dim, dtype=acc.dtype)
        if exclusive:
            want = want - acc
        want = (np.flip(want, dim) if reverse else want).astype(x.dtype)
        a = tensor_type(shape, x.dtype)
        suffix = (" exclusive" if exclusive else "") + (" reverse" if reverse else "")
        body = [f"%0 = graph.scan sum %a0 dim {dim}{suffix} : {a} -> {a}"]
        got = RowKernel(function([a], body, [("%0", a)]))([x], [(shape, x.dtype)], splits=3)[0]
        tolerance = {"f32": 1e-5, "f64": 1e-13, "f16": 3e-2}.get(name, 0)
        np.testing.assert_allclose(wide(got), wide(want), atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("name", ["f32", "f64", "i32", "ui8", "bf16"])
def test_windows(name):
    rng = np.random.default_rng(15)
    for kind in ("max", "sum"):
        x = random_array(rng, (2, 3, 13, 21), name, -9, 9)
        for window, strides, dilations, low, out in [
                ((1, 1, 3, 3), (1, 1, 1, 1), (1, 1, 1, 1), (0, 0, 1, 1), (13, 21)),
                ((1, 1, 2, 3), (1, 1, 2, 2), (1, 1, 1, 2), (0, 0, 0, 2), (6, 11)),
                ((1, 1, 5, 1), (1, 1, 3, 1), (1, 1, 2, 1), (0, 0, 4, 0), (5, 21))]:
            neutral = 0 if kind == "sum" else (-np.inf if name in FLOATS else np.iinfo(x.dtype).min)
            padded = np.full((2, 3, 60, 60), neutral, np.float64)
            padded[:, :, low[2]:low[2] + 13, low[3]:low[3] + 21] = x
            want = np.empty((2, 3) + out, np.float64)
            for i, j in np.ndindex(out):
                rows = i * strides[2] + np.arange(window[2]) * dilations[2]
                columns = j * strides[3] + np.arange(window[3]) * dilations[3]
                part = padded[:, :, rows][:, :, :, columns]
                want[:, :, i, j] = part.max((2, 3)) if kind == "max" else part.sum((2, 3))
            a, r = tensor_type(x.shape, x.dtype), tensor_type(want.shape, x.dtype)
            lists = [list(v) for v in (window, strides, dilations, low)]
            body = [f"%0 = graph.window_reduce {kind} %a0 window {lists[0]} strides {lists[1]} dilations {lists[2]} "
                    f"low {lists[3]} : {a} -> {r}"]
            got = RowKernel(function([a], body, [("%0", r)]))([x], [(want.shape, x.dtype)], splits=3)[0]
            want = want.astype(np.int64).astype(x.dtype) if name not in FLOATS else want
            tolerance = {"f32": 1e-5, "bf16": 0.05}.get(name, 1e-12)
            np.testing.assert_allclose(wide(got), wide(want), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", VIEW_DTYPES)
@pytest.mark.parametrize("index", ["i64", "i32"])
def test_gathers(name, index):
    rng = np.random.default_rng(16)
    x = random_array(rng, (9, 20), name)
    for axis, shape in ((0, (3, 4)), (1, (7,)), (0, ())):
        at = rng.integers(-x.shape[axis], x.shape[axis], shape).astype(DTYPES[index])
        want = np.take(x, at, axis)
        a, i, r = (tensor_type(t.shape, t.dtype) for t in (x, at, want))
        rank, k = want.ndim, at.ndim
        dims = ", ".join(f"d{d}" for d in range(rank))
        source = ["0", f"d{k}"] if axis == 0 else ["d0", "0"]
        inner = [f"d{d}" for d in range(k)] if axis == 0 else [f"d{d + 1}" for d in range(k)]
        body = [f"%0 = graph.gather %a0, (%a1) dims [{axis}] source affine_map<({dims}) -> ({', '.join(source)})> "
                f"index [affine_map<({dims}) -> ({', '.join(inner)})>] : ({a}, {i}) -> {r}"]
        got = RowKernel(function([a, i], body, [("%0", r)]))([x, at], [(want.shape, want.dtype)], splits=3)[0]
        assert got.tobytes() == want.tobytes(), (axis, shape)
    # GatherElements
    at = rng.integers(-9, 9, (5, 20)).astype(DTYPES[index])
    want = np.take_along_axis(x, at.astype(np.int64) % 9, 0)
    a, i, r = (tensor_type(t.shape, t.dtype) for t in (x, at, want))
    body = [f"%0 = graph.gather %a0, (%a1) dims [0] source affine_map<(d0, d1) -> (0, d1)> "
            f"index [affine_map<(d0, d1) -> (d0, d1)>] : ({a}, {i}) -> {r}"]
    kernel = RowKernel(function([a, i], body, [("%0", r)]))
    assert kernel([x, at], [(want.shape, want.dtype)], splits=3)[0].tobytes() == want.tobytes()
    at[3, 17] = 9
    assert kernel.run([x, at], [want]) == 1


@pytest.mark.parametrize("kind", ["assign", "add", "mul", "max", "min"])
@pytest.mark.parametrize("name", ["f32", "i64", "f16", "ui8"])
def test_scatters(kind, name):
    rng = np.random.default_rng(17)
    x, u = random_array(rng, (9, 20), name, 0, 5), random_array(rng, (4, 20), name, 0, 5)
    at = rng.integers(-9, 9, (4, 20))
    want = x.copy()
    combine = {"assign": lambda a, b: b, "add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}[kind]
    for i, j in np.ndindex(4, 20):
        want[at[i, j], j] = combine(want[at[i, j], j], u[i, j])
    a, v, i = (tensor_type(t.shape, t.dtype) for t in (x, u, at))
    body = [f"%0 = graph.scatter {kind} %a0, %a1, (%a2) dims [0] target affine_map<(d0, d1) -> (0, d1)> "
            f"index [affine_map<(d0, d1) -> (d0, d1)>] : ({a}, {v}, {i}) -> {a}"]
    got = RowKernel(function([a, v, i], body, [("%0", a)]))([x, u, at], [(x.shape, x.dtype)])[0]
    assert got.tobytes() == want.tobytes()


@pytest.mark.parametrize("name", ["f32", "f64", "bf16", "i8", "i64", "ui16"])
def test_sorts(name):
    rng = np.random.default_rng(18)
    for descending, (shape, dim) in itertools.product([False, True],
                                                      [((50,), 0), ((4, 33), 1), ((13, 5), 0), ((1,), 0), ((3, 0), 1)]):
        x = random_array(rng, shape, name, 0, 9)
        if name in FLOATS and x.size > 4:
            x.reshape(-1)[:2] = np.nan
        key = wide(x).astype(np.float64)
        key = np.where(np.isnan(key), np.inf, key)
        at = np.argsort(-key if descending else key, axis=dim, kind="stable")
        want = np.take_along_axis(x, at, dim)
        a, p = tensor_type(shape, x.dtype), tensor_type(shape, np.int64)
        suffix = " descending" if descending else ""
        body = [f"%0, %1 = graph.sort %a0 dim {dim}{suffix} : {a} -> {a}, {p}"]
        got = RowKernel(function([a], body, [("%0", a), ("%1", p)]))([x], [(shape, x.dtype), (shape, np.int64)], splits=2)
        np.testing.assert_array_equal(got[1], at)
        np.testing.assert_array_equal(wide(got[0]), wide(want))


@pytest.mark.parametrize("name", ["f32", "f64", "i32", "i64", "i8", "bf16", "ui16"])
def test_contractions(name):
    rng = np.random.default_rng(19)
    x, y = random_array(rng, (2, 5, 19), name, -9, 9), random_array(rng, (2, 19, 21), name, -9, 9)
    want = np.einsum("bik,bkj->bij", wide(x), wide(y)).astype(x.dtype)
    a, b, r = (tensor_type(t.shape, t.dtype) for t in (x, y, want))
    body = [f"%0 = graph.contract %a0, %a1 batch [0] x [0] contract [2] x [1] : ({a}, {b}) -> {r}"]
    got = RowKernel(function([a, b], body, [("%0", r)]))([x, y], [(want.shape, want.dtype)], splits=3)[0]
    tolerance = {"f32": 1e-4, "f64": 1e-12, "bf16": 0.1}.get(name, 0)
    np.testing.assert_allclose(wide(got), wide(want), atol=tolerance, rtol=tolerance)


def test_sources():
    r = tensor_type((3, 40), np.float32)
    body = [f"%0 = graph.iota 1 : {r}"]
    got = RowKernel(function([], body, [("%0", r)]))([], [((3, 40), np.float32)], splits=2)[0]
    np.testing.assert_array_equal(got, np.broadcast_to(np.arange(40, dtype=np.float32), (3, 40)))
    a, r = tensor_type(("m", "n"), np.float32), tensor_type((3,), np.int64)
    body = ['%0 = graph.dims_value <"m", 12, "2*n + 1"> : tensor<3xi64>', f"%1 = graph.reduce sum %a0 dims [0, 1] : {a} -> tensor<f32>"]
    kernel = RowKernel(function([a], body, [("%0", r), ("%1", "tensor<f32>")]))
    got = kernel([np.ones((4, 5), np.float32)], [((3,), np.int64), ((), np.float32)], dict(m=4, n=5))
    np.testing.assert_array_equal(got[0], [4, 12, 11])
    assert got[1] == 20
    c = tensor_type((3, 4), np.int8)
    body = [f"%0 = graph.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]> : {c}", f"%1 = graph.map add %0, %a0 : ({c}, {c}) -> {c}"]
    got = RowKernel(function([c], body, [("%1", c)]))([np.ones((3, 4), np.int8)], [((3, 4), np.int8)])[0]
    np.testing.assert_array_equal(got, np.arange(2, 14).reshape(3, 4))


def test_random_numbers_are_uniform_and_normal():
    for name, low, high in (("f32", 0, 1), ("f64", 0, 1)):
        r = tensor_type((40000,), DTYPES[name])
        got = RowKernel(function([], [f"%0 = graph.random uniform seed 7 : {r}"], [("%0", r)]))(
            [], [((40000,), DTYPES[name])], splits=3)[0]
        assert got.min() >= 0 and got.max() < 1 and abs(got.mean() - 0.5) < 0.01
        got = RowKernel(function([], [f"%0 = graph.random normal seed 7 : {r}"], [("%0", r)]))(
            [], [((40000,), DTYPES[name])], splits=3)[0]
        assert abs(got.mean()) < 0.03 and abs(got.std() - 1) < 0.03


def softmax_lines(t, r, dim, broadcast):
    return [f"%m = graph.reduce max %a0 dims [{dim}] : {t} -> {r}", f"%mb = graph.broadcast %m dims {broadcast} : {r} -> {t}",
            f"%s = graph.map sub %a0, %mb : ({t}, {t}) -> {t}", f"%e = graph.map exp %s : ({t}) -> {t}",
            f"%z = graph.reduce sum %e dims [{dim}] : {t} -> {r}", f"%zb = graph.broadcast %z dims {broadcast} : {r} -> {t}",
            f"%q = graph.map div %e, %zb : ({t}, {t}) -> {t}"]


@pytest.mark.parametrize("name", ["f32", "f64", "bf16"])
def test_softmax(name):
    rng = np.random.default_rng(20)
    for m, n in ((1, 1), (5, 3), (7, 16), (3, 100), (4, 197), (2, 1000)):
        for dim in (1, 0):
            x = random_array(rng, (m, n), name)
            w = wide(x) - wide(x).max(dim, keepdims=True)
            want = (np.exp(w) / np.exp(w).sum(dim, keepdims=True))
            for text, sizes in (((m, n), {}), (("m", "n"), dict(m=m, n=n))):
                t, r = tensor_type(text, x.dtype), tensor_type((text[1 - dim],), x.dtype)
                kernel = RowKernel(function([t], softmax_lines(t, r, dim, [1 - dim]), [("%q", t)]))
                got = kernel([x], [((m, n), x.dtype)], sizes, splits=3)[0]
                np.testing.assert_allclose(wide(got), want, rtol={"f32": 2e-6, "f64": 1e-14, "bf16": 0.04}[name], atol=1e-7)


def test_several_outputs_share_or_divide_the_tiles():
    rng = np.random.default_rng(21)
    x = random_array(rng, (6, 40), "f32")
    t, r, c = tensor_type((6, 40), x.dtype), tensor_type((6,), x.dtype), tensor_type((40,), x.dtype)
    body = softmax_lines(t, r, 1, [0]) + [f"%c = graph.reduce sum %a0 dims [0] : {t} -> {c}", f"%l = graph.map log %z : ({r}) -> {r}"]
    kernel = RowKernel(function([t], body, [("%q", t), ("%e", t), ("%m", r), ("%l", r), ("%c", c)]))
    q, e, m, l, col = kernel([x], [((6, 40), x.dtype)] * 2 + [((6,), x.dtype)] * 2 + [((40,), x.dtype)], splits=4)
    want = np.exp(x - x.max(1, keepdims=True))
    np.testing.assert_allclose(e, want, rtol=1e-6)
    np.testing.assert_allclose(q, want / want.sum(1, keepdims=True), rtol=2e-6)
    np.testing.assert_array_equal(m, x.max(1))
    np.testing.assert_allclose(l, np.log(want.sum(1)), rtol=1e-5)
    np.testing.assert_allclose(col, x.sum(0), atol=1e-5)


def test_targets_give_the_same_bits():
    rng = np.random.default_rng(22)
    for n in (5, 64, 197):
        x = random_array(rng, (3, n), "f32")
        t, r = tensor_type((3, n), x.dtype), tensor_type((3,), x.dtype)
        text = function([t], softmax_lines(t, r, 1, [0]), [("%q", t), ("%z", r)])
        results = [RowKernel(text, cpu)([x], [((3, n), x.dtype), ((3,), x.dtype)]) for cpu in ("", "x86-64-v3")]
        for a, b in zip(*results):
            assert a.tobytes() == b.tobytes()
