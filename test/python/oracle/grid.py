"""The breadth test of single kernels: every primitive on every dtype and on awkward shapes, static and symbolic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from oracle import numeric, scalars
from oracle.graph_ir import FLOATS, INTS, PLAIN, Function, Size, Value, product
from oracle.runner import Case

# Odd, prime, one vector more or less than a power of two; 0 and 1.
SHAPES: list[tuple[int, ...]] = [(), (1,), (0,), (7,), (67,), (3, 5), (5, 64), (33, 129), (2, 3, 17), (4, 0, 3), (1, 7, 1, 31)]
SHORT: list[tuple[int, ...]] = [(7,), (0, 3), (5, 67), (2, 3, 17)]
# Largest error of a compiled function of one float32 or float64 argument, in units in the last place.
ULPS = {
    "exp": 4, "log": 4, "log1p": 4, "expm1": 4, "erf": 4, "sin": 4, "cos": 4, "tan": 6, "asin": 4, "acos": 4, "atan": 4, "sinh": 6,
    "cosh": 6, "tanh": 6, "asinh": 6, "acosh": 6, "atanh": 6, "sigmoid": 6, "pow": 8, "rsqrt": 2, "reciprocal": 1, "div": 1, "sqrt": 1,
}  # fmt: skip


class Maker:
    """Makes cases with running names."""

    def __init__(self, random: np.random.Generator, symbolic: bool, shapes: Sequence[tuple[int, ...]]):
        self.random, self.symbolic, self.shapes, self.count = random, symbolic, shapes, 0
        self.begin()

    def begin(self) -> Function:
        self.function, self.inputs = Function(f"case{self.count}"), []
        self.count += 1
        return self.function

    def sizes(self, shape: Sequence[int]) -> list[Size]:
        """Symbolic: one symbol per position, so that equal positions of two operands agree."""
        return [Size(n, f"n{i}" if self.symbolic and n != 1 else None) for i, n in enumerate(shape)]

    def input(self, dtype: str, dims: Sequence[Size | int], low=-3, high=3, special=0.0, array=None) -> Value:
        value = self.function.argument(dtype, dims)
        self.inputs.append(numeric.draw(self.random, dtype, value.shape, low, high, special) if array is None else array)
        return value

    def case(self, op: str, dtype: str, *results: Value, relative=0.0, absolute=0.0, scale=0.0) -> Case:
        self.function.give(*results)
        shapes = " ".join(str(list(array.shape)).replace(" ", "") for array in self.inputs)
        tags = {"op": op, "dtype": dtype, "shapes": shapes, "sizes": "symbolic" if self.symbolic else "static"}
        return Case(self.function, self.inputs, tags, relative, absolute, scale)


def maps(m: Maker) -> Iterator[Case]:
    for dtype in PLAIN:
        for fn in scalars.functions(dtype):
            for shape in m.shapes:
                f = m.begin()
                dims = m.sizes(shape)
                condition = [m.input("bool", dims)] if fn == "select" else []
                data = [m.input(dtype, dims, -4, 4, special=0.2) for _ in range(scalars.arity(fn) - len(condition))]
                ulps = ULPS.get(fn, 0) if dtype in ("float32", "float64") else min(ULPS.get(fn, 0), 1)
                yield m.case(fn, dtype, f.map(fn, *condition, *data), relative=ulps * numeric.epsilon(dtype))


def casts(m: Maker) -> Iterator[Case]:
    for source in PLAIN:
        for target in PLAIN:
            for mode in ("wrap", "saturate"):
                f = m.begin()
                x = m.input(source, m.sizes(m.shapes[-1]), -300, 300, special=0.2)
                rounding = numeric.epsilon(target) if target in ("float16", "bfloat16") else 0
                yield m.case(f"cast to {target} {mode}", source, f.cast(x, target, mode), relative=rounding)


def views(m: Maker) -> Iterator[Case]:
    for dtype in ("float32", "float64", "float16", "int8", "int64", "bool"):
        for shape in m.shapes:
            dims, rank = m.sizes(shape), len(shape)
            f = m.begin()
            yield m.case("transpose", dtype, f.transpose(m.input(dtype, dims), list(m.random.permutation(rank))))
            f = m.begin()
            yield m.case("reshape", dtype, f.reshape(m.input(dtype, dims), [product(dims), 1]))
            f = m.begin()
            yield m.case("reverse", dtype, f.reverse(m.input(dtype, dims), [d for d in range(rank) if m.random.random() < 0.6]))
            f = m.begin()
            yield m.case("broadcast", dtype, f.broadcast(m.input(dtype, dims), list(range(1, rank + 1)), [3, *dims]))
            f = m.begin()
            x, value = m.input(dtype, dims), m.input(dtype, [])
            low, high = ([int(n) for n in m.random.integers(0, 3, rank)] for _ in range(2))
            gaps = None if m.symbolic else [int(n) for n in m.random.integers(0, 2, rank)]
            yield m.case("pad", dtype, f.pad(x, value, low, high, gaps))
            if rank == 0:
                continue
            f = m.begin()
            dim = int(m.random.integers(rank))
            operands = [m.input(dtype, dims), m.input(dtype, [*dims[:dim], 5, *dims[dim + 1 :]]), m.input(dtype, dims)]
            yield m.case("concat", dtype, f.concat(operands, dim))
            f = m.begin()
            starts, strides = [int(m.random.integers(0, n + 1)) for n in shape], [int(s) for s in m.random.integers(1, 4, rank)]
            sizes = [len(range(start, n, stride)) for start, n, stride in zip(starts, shape, strides)]
            x = m.input(dtype, shape if m.symbolic else dims)
            yield m.case("slice", dtype, f.slice(x, starts, strides, sizes))


def reductions(m: Maker) -> Iterator[Case]:
    for dtype in PLAIN:
        kinds = [] if dtype == "bool" else ["sum", "prod", "max", "min"]
        for kind in kinds + ([] if numeric.is_float(dtype) else ["bit_and", "bit_or"]):
            for shape in m.shapes:
                for dims in {(), (0,), (len(shape) - 1,), tuple(range(len(shape)))}:
                    if any(not 0 <= d < len(shape) for d in dims):
                        continue
                    f = m.begin()
                    near_one = kind == "prod" and numeric.is_float(dtype)
                    low, high = (0.9, 1.1) if near_one else (-2, 2)
                    x = m.input(dtype, m.sizes(shape), low, high, special=0.05 if kind in ("max", "min") else 0)
                    count = int(np.prod([shape[d] for d in dims])) if dims else 1
                    eps = numeric.epsilon("float32" if dtype in ("float16", "bfloat16") else dtype) * max(count, 1)
                    exact = kind in ("max", "min") or not dims
                    bounds = {} if exact else {"relative": numeric.epsilon(dtype) + (eps if near_one else 0), "absolute": 2 * eps}
                    yield m.case(f"reduce {kind} {list(dims)}", dtype, f.reduce(kind, x, list(dims)), **bounds)


def orders(m: Maker) -> Iterator[Case]:
    for dtype in [*FLOATS, "int8", "int64", "uint16"]:
        for shape in m.shapes:
            for dim in range(len(shape)):
                dims = m.sizes(shape)
                for flag in (False, True):
                    f = m.begin()
                    yield m.case("sort", dtype, *f.sort(m.input(dtype, dims, special=0.1), dim, flag))
                    f = m.begin()
                    x = m.input(dtype, dims, -2, 2)
                    eps = numeric.epsilon(dtype) + 4 * numeric.epsilon("float32") * (numeric.is_float(dtype) and dtype != "float64")
                    value = f.scan("sum", x, dim, exclusive=flag, reverse=bool(m.random.integers(2)))
                    yield m.case("scan sum", dtype, value, relative=eps, absolute=eps * 2 * shape[dim] * (dtype != "int8"))
                    f = m.begin()
                    yield m.case("scan max", dtype, f.scan("max", m.input(dtype, dims, special=0.05), dim, reverse=flag))
                    if shape[dim]:
                        f = m.begin()
                        kind = ["max", "min"][int(m.random.integers(2))]
                        yield m.case(f"arg {kind}", dtype, f.arg_reduce(kind, m.input(dtype, dims, special=0.1), dim, last=flag))


def product_error(dtype: str, depth: int, high: float) -> dict[str, float]:
    """Rounding once to the result, and each of `depth` additions of products up to high^2 in the type that accumulates."""
    if not numeric.is_float(dtype):
        return {}
    wide = numeric.epsilon("float64" if dtype == "float64" else "float32")
    return {"relative": numeric.epsilon(dtype), "absolute": wide * max(depth, 1) * high * high}


def products(m: Maker) -> Iterator[Case]:
    sizes = [(1, 1, 1), (3, 5, 7), (67, 33, 129), (8, 64, 16), (5, 0, 3), (0, 4, 5), (130, 257, 48)]
    sizes = sizes[:4] if len(m.shapes) < len(SHAPES) else sizes
    types = [(t, t) for t in (*FLOATS, *INTS)] + [("int8", "int32"), ("uint8", "int32"), ("float16", "float32")]
    for operand, result in types:
        for rows, depth, columns in sizes:
            high = 2 if numeric.is_float(operand) else 100
            dims = [Size(n, t if m.symbolic else None) for n, t in ((rows, "m"), (depth, "k"), (columns, "n"))]
            for name, left, right, batch, contract in [
                ("mk,kn", [dims[0], dims[1]], [dims[1], dims[2]], ((), ()), ((1,), (0,))),
                ("mk,nk", [dims[0], dims[1]], [dims[2], dims[1]], ((), ()), ((1,), (1,))),
                ("km,kn", [dims[1], dims[0]], [dims[1], dims[2]], ((), ()), ((0,), (0,))),
                ("bmk,bkn", [Size(2), dims[0], dims[1]], [Size(2), dims[1], dims[2]], ((0,), (0,)), ((2,), (1,))),
                ("bmk,kn", [Size(2), dims[0], dims[1]], [dims[1], dims[2]], ((), ()), ((2,), (0,))),
                ("k,k", [dims[1]], [dims[1]], ((), ()), ((0,), (0,))),
            ]:
                f = m.begin()
                a, b = m.input(operand, left, -high, high), m.input(operand, right, -high, high)
                value = f.contract(a, b, batch, contract, dtype=result)
                yield m.case(f"contract {name}", f"{operand}->{result}", value, **product_error(result, depth, high))


CONVOLUTIONS = [  # batch, channels, outputs, spatial, window, strides, dilations, low, high, groups
    (1, 3, 8, (15, 17), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1), (2, 16, 8, (9, 7), (1, 1), (1, 1), (1, 1), (0, 0), (0, 0), 1),
    (1, 3, 16, (23, 23), (7, 7), (2, 2), (1, 1), (3, 3), (3, 3), 1), (2, 8, 8, (13, 11), (3, 3), (2, 1), (1, 1), (1, 0), (0, 1), 8),
    (1, 6, 9, (8, 8), (3, 3), (1, 1), (2, 2), (2, 2), (2, 2), 3), (1, 1, 1, (1, 1), (1, 1), (1, 1), (1, 1), (0, 0), (0, 0), 1),
    (2, 4, 5, (31,), (5,), (3,), (1,), (2,), (2,), 1), (1, 2, 3, (5, 6, 7), (2, 3, 3), (1, 1, 2), (1, 1, 1), (0, 1, 1), (1, 1, 1), 1),
    (0, 3, 4, (5, 5), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1), (1, 12, 24, (6, 5), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 12),
]  # fmt: skip


def convolutions(m: Maker) -> Iterator[Case]:
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        for n, c, o, spatial, window, strides, dilations, low, high, groups in CONVOLUTIONS:
            for last in (False, True):
                f = m.begin()
                batch = Size(n, "batch" if m.symbolic else None)
                sizes = [Size(s, f"s{i}" if m.symbolic else None) for i, s in enumerate(spatial)]
                x = m.input(dtype, [batch, *sizes, c] if last else [batch, c, *sizes], -2, 2)
                w = m.input(dtype, [o, c // groups, *window], -2, 2)
                value = f.conv(x, w, strides, dilations, low, high, groups, last)
                depth = c // groups * int(np.prod(window))
                yield m.case(f"conv {'NHWC' if last else 'NCHW'} g{groups}", dtype, value, **product_error(dtype, depth, 2))


def windows(m: Maker) -> Iterator[Case]:
    layouts = [
        ((2, 3, 15, 17), (1, 1, 3, 3), (1, 1, 2, 2), (1, 1, 1, 1), (0, 0, 1, 1)), ((2, 9, 11, 5), (1, 2, 3, 1), (1, 2, 1, 1), (1, 1, 2, 1), (0, 0, 2, 0)),
        ((37,), (5,), (1,), (2,), (4,)), ((1, 2, 6, 6), (1, 1, 6, 6), (1, 1, 1, 1), (1, 1, 1, 1), (0, 0, 0, 0)),
    ]  # fmt: skip
    for dtype in (*FLOATS, "int8", "uint8", "int32"):
        for kind in ("max", "min", "sum"):
            for shape, window, strides, dilations, low in layouts:
                f = m.begin()
                reach = [(w - 1) * d + 1 for w, d in zip(window, dilations)]
                dims = [(n + 2 * lo - r) // s + 1 for n, lo, r, s in zip(shape, low, reach, strides)]
                x = m.input(dtype, shape, -2, 2)
                value = f.window_reduce(kind, x, window, strides, dilations, low, dims)
                error = product_error(dtype, int(np.prod(window)), 1.5) if kind == "sum" else {}
                yield m.case(f"window {kind}", dtype, value, **error)


def indexing(m: Maker) -> Iterator[Case]:
    for dtype in ("float32", "float64", "float16", "int8", "int64", "bool"):
        for index in ("int64", "int32"):
            for rows, columns, picks in ((7, 5, 4), (1, 67, 3), (129, 33, 65), (5, 3, 0)):
                r, c, p = (Size(n, t if m.symbolic else None) for n, t in ((rows, "r"), (columns, "c"), (picks, "p")))
                f = m.begin()
                x, i = m.input(dtype, [r, c]), m.input(index, [p], -rows, rows - 1)
                yield m.case(f"gather rows by {index}", dtype, f.gather(x, [i], [0], ["0", "d1"], [["d0"]], [p, c]))
                f = m.begin()
                x, i = m.input(dtype, [r, c]), m.input(index, [p, c], -rows, rows - 1)
                value = f.gather(x, [i], [0], ["0", "d1"], [["d0", "d1"]], [p, c])
                yield m.case(f"gather elements by {index}", dtype, value)
                if dtype == "bool":
                    continue
                for kind in ("assign", "add", "max"):
                    f = m.begin()
                    x, u = m.input(dtype, [r, c], -2, 2), m.input(dtype, [p, c], -2, 2)
                    i = m.input(index, [p], -rows, rows - 1)
                    value = f.scatter(kind, x, u, [i], [0], ["0", "d1"], [["d0"]])
                    eps = numeric.epsilon(dtype) * 8 if kind == "add" else 0
                    yield m.case(f"scatter {kind} by {index}", dtype, value, relative=eps, absolute=eps)


def sources(m: Maker) -> Iterator[Case]:
    for dtype in (*FLOATS, *INTS):
        for shape in m.shapes:
            for dim in range(len(shape)):
                f = m.begin()
                # The operand only names the symbols of the sizes.
                m.input("bool", m.sizes(shape))
                yield m.case(f"iota {dim}", dtype, f.iota(dtype, m.sizes(shape), dim))
    for dtype in FLOATS:
        for kind in ("uniform", "normal"):
            f = m.begin()
            eps = 8 * numeric.epsilon(dtype) if kind == "normal" else 0
            yield m.case(f"random {kind}", dtype, f.random(kind, 1234567890123, dtype, [33, 129]), relative=eps, absolute=eps)


FAMILIES = {
    family.__name__: family
    for family in (maps, casts, views, reductions, orders, products, convolutions, windows, indexing, sources)
}


def cases(random: np.random.Generator, families: Sequence[str] = (), short: bool = False) -> Iterator[Case]:
    """All cases, static ones first."""
    for symbolic in (False, True):
        maker = Maker(random, symbolic, SHORT if short else SHAPES)
        maker.count = 1_000_000 if symbolic else 0
        for name in families or FAMILIES:
            yield from FAMILIES[name](maker)
