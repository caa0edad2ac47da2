"""Random graphs from a typed grammar.

Two kinds of graphs, so that a mismatch is always an error of the compiler. *Exact* graphs hold integers of bounded
magnitude, small enough for their dtype that every sum is exact in any order: results must be equal bit for bit, and every op may
occur. *Smooth* graphs hold real numbers and differentiable functions; results agree within a tolerance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from oracle import numeric
from oracle.compare import Finding, compare
from oracle.graph_ir import Function, Size, Value, product
from oracle.runner import Case

SIZES = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64, 67]
MAX_ELEMENTS = 1 << 15
# Integers up to here, and their sums, are exact in a dtype.
EXACT_LIMIT = {"float32": 1 << 23, "float64": 1 << 50, "float16": 1 << 10, "bfloat16": 1 << 7, "int32": 1 << 30, "int64": 1 << 60, "int8": 100}
SMOOTH_UNARY = ["sigmoid", "tanh", "erf", "sin", "cos", "atan", "neg", "asinh"]


class Grower:
    """One graph as it grows. `bound` holds the largest magnitude that an element may have."""

    def __init__(self, random: np.random.Generator, name: str, exact: bool):
        self.random, self.exact = random, exact
        self.function = Function(name)
        self.inputs: list[np.ndarray] = []
        self.pool: list[Value] = []
        self.bound: dict[str, float] = {}
        self.dtypes = ["float32", "float32", "float64", "float16", "int32", "int64"] if exact else ["float32", "float32", "float64"]
        self.symbols: set[int] = set()

    # Choices.

    def pick(self, items):
        return items[int(self.random.integers(len(items)))]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def size(self, known: bool = False) -> Size:
        """A size, symbolic now and then; with `known` only by a symbol that an input binds."""
        value = 0 if self.chance(0.02) else self.pick(SIZES)
        symbolic = self.chance(0.3) and (value in self.symbols or not known)
        return Size(value, f"n{value}") if symbolic else Size(value)

    def dims(self, rank: int, known: bool = False) -> list[Size]:
        while True:
            dims = [self.size(known) for _ in range(rank)]
            if math.prod(size.value for size in dims) <= MAX_ELEMENTS // 8:
                return dims

    def value(self, test: Callable[[Value], bool] = lambda value: True) -> Value | None:
        """A value of the graph, later ones more often."""
        found = [value for value in self.pool if test(value)]
        return found[-1 - min(int(self.random.exponential(3)), len(found) - 1)] if found else None

    # Bookkeeping.

    def add(self, value: Value, bound: float) -> Value:
        self.pool.append(value)
        self.bound[value.name] = bound
        return value

    def fits(self, dtype: str, bound: float) -> bool:
        return bound <= (EXACT_LIMIT.get(dtype, 0) if self.exact else 1e3)

    def small(self, value: Value) -> bool:
        usable = value.dtype != "bool" if self.exact else numeric.is_float(value.dtype)
        return usable and self.fits(value.dtype, self.bound[value.name])

    def argument(self, dtype: str, dims, high: int = 3) -> Value:
        value = self.function.argument(dtype, dims)
        self.symbols |= {size.value for size in value.dims if size.text == f"n{size.value}"}
        low = 0 if dtype.startswith("u") else -high
        array = numeric.draw(self.random, dtype, value.shape, low, high)
        if self.exact and numeric.is_float(dtype):
            array = np.rint(array.astype(np.float64)).astype(array.dtype)
        self.inputs.append(np.asarray(array))
        return self.add(value, 1 if dtype == "bool" else high)

    def weight(self, dtype: str, dims, scale: float = 1) -> Value:
        """An argument of magnitude `scale`, or the constant that it would have been: code generators lay out constants anew."""
        value = self.argument(dtype, dims, 1)
        if scale != 1:
            self.inputs[-1] = np.asarray(self.inputs[-1] * scale, self.inputs[-1].dtype)
        if dtype == "bool" or any(size.text for size in value.dims) or self.chance(0.5):
            return value
        self.pool.pop()
        self.function.arguments.pop()
        return self.add(self.function.constant(dtype, self.inputs.pop()), 1)

    def partner(self, x: Value) -> Value:
        """A value of x's type: one of the graph, or one that is broadcast to it."""
        same = [v for v in self.pool if v.type == x.type and v.name != x.name]
        if same and self.chance(0.5):
            return self.pick(same)
        kept = sorted(int(d) for d in self.random.choice(x.rank, int(self.random.integers(0, x.rank + 1)), replace=False))
        make = self.weight if self.chance(0.3) else self.argument
        small = make(x.dtype, [Size(1) if self.chance(0.2) else x.dims[d] for d in kept])
        wide = self.function.broadcast(small, kept, x.dims)
        return self.add(wide, self.bound[small.name])

    # Productions: each appends one op (and perhaps what it needs), or nothing.

    def unary(self) -> None:
        x = self.value(self.small)
        if x is None:
            return
        bound = self.bound[x.name]
        if self.exact:
            names = ["abs", "neg", "sign"] + (["floor", "ceil", "round_even"] if numeric.is_float(x.dtype) else [])
        else:
            names = SMOOTH_UNARY
        fn = self.pick(names)
        self.add(self.function.map(fn, x), bound if self.exact or fn in ("neg", "asinh") else 1.6)

    def binary(self) -> None:
        x = self.value(self.small)
        if x is None:
            return
        y = self.partner(x)
        a, b = self.bound[x.name], self.bound[y.name]
        bounds = {"add": a + b, "sub": a + b, "mul": a * b} | ({"max": max(a, b), "min": max(a, b)} if self.exact else {})
        fn = self.pick(list(bounds))
        if self.fits(x.dtype, bounds[fn]):
            self.add(self.function.map(fn, *((x, y) if self.chance(0.5) else (y, x))), bounds[fn])

    def choose(self) -> None:
        x = self.value(self.small)
        if x is None:
            return
        y = self.partner(x)
        if self.exact:
            condition = self.add(self.function.map(self.pick(["lt", "le", "eq", "ge"]), x, y), 1)
        else:
            condition = self.argument("bool", x.dims)
        self.add(self.function.map("select", condition, x, y), max(self.bound[x.name], self.bound[y.name]))

    def convert(self) -> None:
        x = self.value()
        dtype = self.pick(self.dtypes)
        if x and dtype != x.dtype and self.fits(dtype, self.bound[x.name]):
            self.add(self.function.cast(x, dtype, self.pick(["wrap", "saturate"])), self.bound[x.name])

    def view(self) -> None:
        x = self.value()
        if x is None:
            return
        result = self.pick([self._transpose, self._reshape, self._slice, self._reverse, self._concat, self._pad, self._broadcast])(x)
        if result is not None:
            self.add(result, self.bound[x.name])

    def _transpose(self, x: Value) -> Value:
        return self.function.transpose(x, list(self.random.permutation(x.rank)))

    def _reshape(self, x: Value) -> Value:
        if x.rank >= 2 and self.chance(0.5):
            at = int(self.random.integers(x.rank - 1))
            return self.function.reshape(x, [*x.dims[:at], product(x.dims[at : at + 2]), *x.dims[at + 2 :]])
        for at, size in enumerate(x.dims):
            factors = [d for d in (2, 3, 4, 8) if size.value and size.value % d == 0 and not size.text]
            if factors and x.rank < 5:
                d = self.pick(factors)
                return self.function.reshape(x, [*x.dims[:at], Size(size.value // d), Size(d), *x.dims[at + 1 :]])
        at = int(self.random.integers(x.rank + 1))
        return self.function.reshape(x, [*x.dims[:at], Size(1), *x.dims[at:]])

    def _slice(self, x: Value) -> Value:
        starts, strides, dims = [], [], []
        for size in x.dims:
            if size.text or self.chance(0.4):
                starts, strides, dims = [*starts, 0], [*strides, 1], [*dims, size]
                continue
            start, stride = int(self.random.integers(0, size.value + 1)), self.pick([1, 1, 2, 3])
            starts, strides = [*starts, start], [*strides, stride]
            dims.append(Size(len(range(start, size.value, stride))))
        return self.function.slice(x, starts, strides, dims)

    def _reverse(self, x: Value) -> Value:
        return self.function.reverse(x, [d for d in range(x.rank) if self.chance(0.5)])

    def _concat(self, x: Value) -> Value | None:
        if x.rank == 0 or math.prod(x.shape) * 3 > MAX_ELEMENTS:
            return None
        dim = int(self.random.integers(x.rank))
        others = [v for v in self.pool if v.dtype == x.dtype and v.rank == x.rank and math.prod(v.shape) * 3 <= MAX_ELEMENTS]
        others = [v for v in others if all(v.dims[d] == x.dims[d] for d in range(x.rank) if d != dim)]
        chosen = [x, *(self.pick(others) for _ in range(int(self.random.integers(1, 3))))]
        result = self.function.concat(chosen, dim)
        self.add(result, max(self.bound[v.name] for v in chosen))
        return None

    def _pad(self, x: Value) -> Value | None:
        if x.rank == 0 or math.prod(n + 4 for n in x.shape) > MAX_ELEMENTS:
            return None
        fill = self.argument(x.dtype, [], 1)
        low, high = ([int(n) for n in self.random.integers(0, 3, x.rank)] for _ in range(2))
        static = not any(size.text for size in x.dims)
        gaps = [int(self.chance(0.3)) for _ in range(x.rank)] if static and self.chance(0.3) else None
        if gaps and math.prod(2 * n + 4 for n in x.shape) > MAX_ELEMENTS:
            gaps = None
        self.bound[x.name] = max(self.bound[x.name], 1)
        return self.function.pad(x, fill, low, high, gaps)

    def _broadcast(self, x: Value) -> Value | None:
        size = self.size(known=True)
        if x.rank > 4 or math.prod(x.shape) * max(size.value, 1) > MAX_ELEMENTS:
            return None
        at = int(self.random.integers(x.rank + 1))
        return self.function.broadcast(x, [d + (d >= at) for d in range(x.rank)], [*x.dims[:at], size, *x.dims[at:]])

    def reduction(self) -> None:
        x = self.value(lambda v: v.rank > 0 and self.small(v))
        if x is None:
            return
        dims = sorted(int(d) for d in self.random.choice(x.rank, int(self.random.integers(1, x.rank + 1)), replace=False))
        count = math.prod(x.shape[d] for d in dims)
        kind = self.pick(["sum", "sum", "max", "min"]) if self.exact and count else "sum"
        bound = self.bound[x.name] * (max(count, 1) if kind == "sum" else 1)
        if not self.exact and kind == "sum":
            # A mean keeps the magnitude.
            value = self.function.reduce("sum", x, dims)
            factor = self.argument(x.dtype, [], 1)
            self.inputs[-1][...] = 1 / max(count, 1)
            self.add(self.function.map("mul", value, self.function.broadcast(factor, [], value.dims)), self.bound[x.name])
        elif self.fits(x.dtype, bound):
            self.add(self.function.reduce(kind, x, dims), bound)

    def softmax(self) -> None:
        x = self.value(lambda v: v.rank > 0 and v.shape[-1] > 0 and self.small(v) and not self.exact)
        if x is not None:
            self._softmax(x)

    def _softmax(self, x: Value) -> Value:
        """The pattern that has phases: a row's maximum, exponentials, their sum, a quotient."""
        f, rows, places = self.function, [x.rank - 1], list(range(x.rank - 1))
        shifted = f.map("sub", x, f.broadcast(f.reduce("max", x, rows), places, x.dims))
        powers = f.map("exp", shifted)
        return self.add(f.map("div", powers, f.broadcast(f.reduce("sum", powers, rows), places, x.dims)), 1)

    def attention(self) -> None:
        """Two contractions with a softmax between them, perhaps with something added to its rows."""
        x = self.value(lambda v: 2 <= v.rank <= 4 and all(v.shape) and self.small(v) and not self.exact)
        if x is None:
            return
        batch, keys, columns = list(range(x.rank - 2)), self.size(known=True), self.pick([x.dims[-1], self.size()])
        if not keys.value or math.prod(x.shape[:-1]) * max(keys.value, columns.value) > MAX_ELEMENTS:
            return
        lead = x.dims[:-2]
        transposed = self.chance(0.3)
        k = self.argument(x.dtype, [*lead, *((x.dims[-1], keys) if transposed else (keys, x.dims[-1]))], 1)
        scores = self.function.contract(x, k, (batch, batch), ((x.rank - 1,), (x.rank - 1 - transposed,)))
        self.add(scores, self.bound[x.name] * x.shape[-1])
        if self.chance(0.5):
            scores = self.add(self.function.map("add", scores, self.partner(scores)), self.bound[scores.name] + 3)
        rows = self._softmax(scores)
        v = self.argument(x.dtype, [*lead, keys, columns], 1)
        self.add(self.function.contract(rows, v, (batch, batch), ((x.rank - 1,), (x.rank - 2,))), 1)

    def position(self) -> None:
        x = self.value(lambda v: v.rank > 0 and all(v.shape) and v.dtype != "bool" and self.exact)
        if x is None:
            return
        dim = int(self.random.integers(x.rank))
        if self.chance(0.5):
            self.add(self.function.arg_reduce(self.pick(["max", "min"]), x, dim, self.chance(0.3)), x.shape[dim])
        else:
            values, positions = self.function.sort(x, dim, self.chance(0.5))
            self.add(values, self.bound[x.name])
            self.add(positions, x.shape[dim])

    def scan(self) -> None:
        x = self.value(lambda v: v.rank > 0 and self.small(v))
        if x is None:
            return
        dim = int(self.random.integers(x.rank))
        bound = self.bound[x.name] * max(x.shape[dim], 1)
        if self.fits(x.dtype, bound):
            self.add(self.function.scan("sum", x, dim, self.chance(0.3), self.chance(0.3)), bound)

    def window(self) -> None:
        x = self.value(lambda v: 0 < v.rank < 5 and self.small(v) and not any(size.text for size in v.dims))
        if x is None:
            return
        window, strides, dilations, low, dims = [], [], [], [], []
        for n in x.shape:
            w = self.pick([1, 1, 2, 3]) if n else 1
            stride, dilation = (self.pick([1, 2]), self.pick([1, 1, 2])) if w > 1 else (1, 1)
            pad = int(self.random.integers(0, w)) if w > 1 else 0
            reach = (w - 1) * dilation + 1
            if n + 2 * pad < reach:
                w, stride, dilation, pad, reach = 1, 1, 1, 0, 1
            window, strides, dilations, low = [*window, w], [*strides, stride], [*dilations, dilation], [*low, pad]
            dims.append(Size((n + 2 * pad - reach) // stride + 1))
        bound = self.bound[x.name] * math.prod(window)
        # A maximum over padding alone would be an infinity, which no integer bounds.
        kind = self.pick(["sum", "max", "min"]) if self.exact and not any(low) else "sum"
        if self.fits(x.dtype, bound):
            self.add(self.function.window_reduce(kind, x, window, strides, dilations, low, dims), bound)

    def contraction(self) -> None:
        x = self.value(lambda v: 2 <= v.rank <= 4 and self.small(v))
        if x is None:
            return
        depth, columns = x.dims[-1], self.size()
        batched = x.rank > 2 and self.chance(0.5)
        transposed = self.chance(0.3)
        high = 1 if self.exact else 1 / math.sqrt(depth.value + 1)
        matrix = [columns, depth] if transposed else [depth, columns]
        dims = [x.dims[0], *matrix] if batched else matrix
        bound = self.bound[x.name] * high * max(depth.value, 1)
        elements = math.prod(x.shape[:-1]) * columns.value
        if not self.fits(x.dtype, bound) or max(elements, math.prod(size.value for size in dims)) > MAX_ELEMENTS:
            return
        w = self.weight(x.dtype, dims, high)
        batch = ((0,), (0,)) if batched else ((), ())
        contract = ((x.rank - 1,), (len(dims) - 1 - (not transposed),))
        self.add(self.function.contract(x, w, batch, contract), bound)

    def convolution(self) -> None:
        x = self.value(lambda v: v.rank in (3, 4) and self.small(v) and all(v.shape) and not any(size.text for size in v.dims[1:]))
        if x is None:
            return
        spatial = x.rank - 2
        window = [self.pick([1, 2, 3]) for _ in range(spatial)]
        channels, outputs = x.shape[1], self.pick([1, 3, 4, 8])
        groups = channels if self.chance(0.2) else 1
        outputs = outputs * groups if groups > 1 else outputs
        low, high = ([int(self.random.integers(0, w)) for w in window] for _ in range(2))
        strides = [self.pick([1, 1, 2]) for _ in window]
        bound = self.bound[x.name] * channels // groups * math.prod(window)
        grows = math.prod(x.shape[2:]) * x.shape[0] * outputs > MAX_ELEMENTS
        if grows or outputs > 64 or not self.fits(x.dtype, bound) or any(n < w for n, w in zip(x.shape[2:], window)):
            return
        w = self.weight(x.dtype, [outputs, channels // groups, *window])
        self.add(self.function.conv(x, w, strides, [1] * spatial, low, high, groups), bound)

    def gather(self) -> None:
        x = self.value(lambda v: v.rank > 0 and v.shape[0] > 0)
        if x is None:
            return
        picks = self.size()
        if math.prod(x.shape[1:]) * picks.value > MAX_ELEMENTS:
            return
        indices = self.argument(self.pick(["int64", "int32"]), [picks], 1)
        self.inputs[-1][...] = self.random.integers(-x.shape[0], x.shape[0], picks.value)
        self.bound[indices.name] = x.shape[0]
        source = ["0", *(f"d{d}" for d in range(1, x.rank))]
        result = self.function.gather(x, [indices], [0], source, [["d0"]], [picks, *x.dims[1:]])
        self.add(result, self.bound[x.name])

    def scatter(self) -> None:
        x = self.value(lambda v: v.rank > 0 and v.shape[0] > 0 and self.small(v))
        if x is None:
            return
        picks = self.size()
        bound = self.bound[x.name] + 3 * picks.value
        if not self.fits(x.dtype, bound) or math.prod(x.shape[1:]) * picks.value > MAX_ELEMENTS:
            return
        updates = self.argument(x.dtype, [picks, *x.dims[1:]])
        indices = self.argument("int64", [picks], 1)
        self.inputs[-1][...] = self.random.integers(-x.shape[0], x.shape[0], picks.value)
        self.bound[indices.name] = x.shape[0]
        target = ["0", *(f"d{d}" for d in range(1, x.rank))]
        self.add(self.function.scatter(self.pick(["assign", "add"]), x, updates, [indices], [0], target, [["d0"]]), bound)

    def source(self) -> None:
        dims = self.dims(int(self.random.integers(1, 4)), known=True)
        dim = int(self.random.integers(len(dims)))
        dtype = self.pick(["float32", "int64"] if self.exact else ["float32", "float64"])
        self.add(self.function.iota(dtype, dims, dim), max(dims[dim].value, 1))

    def fresh(self) -> None:
        self.argument(self.pick(self.dtypes), self.dims(int(self.random.integers(0, 5))))

    def grow(self, ops: int) -> None:
        weights = {
            self.unary: 4, self.binary: 6, self.choose: 2, self.convert: 2, self.view: 8, self.reduction: 4, self.softmax: 2, self.attention: 1,
            self.position: 1, self.scan: 1, self.window: 1, self.contraction: 3, self.convolution: 2, self.gather: 1, self.scatter: 1,
            self.source: 1, self.fresh: 1,
        }  # fmt: skip
        shares = np.array(list(weights.values())) / sum(weights.values())
        self.fresh()
        while len(self.function.lines) < ops:
            list(weights)[int(self.random.choice(len(weights), p=shares))]()

    def finish(self) -> Case:
        """Results: what nobody uses, and some of the rest."""
        body = "\n".join(self.function.lines)
        computed = self.function.defined
        unused = [v for v in computed if len(re.findall(rf"{re.escape(v.name)}\b", body)) == 1]
        self.function.give(*unused, *(v for v in computed if v not in unused and self.chance(0.1)))
        tags = {"op": "exact graph" if self.exact else "smooth graph"}
        return Case(self.function, self.inputs, tags, **({} if self.exact else {"relative": 1e-4, "absolute": 1e-5, "scale": 1e-4}))


def seeds(random: np.random.Generator) -> Iterator[int]:
    while True:
        yield int(random.integers(1 << 32))


def graphs(random: np.random.Generator) -> Iterator[Case]:
    """Endless random graphs, each from a seed of its own that its name tells."""
    return map(graph, seeds(random))


def graph(seed: int) -> Case:
    random = np.random.default_rng(seed)
    grower = Grower(random, f"graph_{seed}", exact=bool(random.random() < 0.6))
    grower.grow(int(random.integers(2, 40)))
    return grower.finish()


def part(case: Case, values: list[Value]) -> Case:
    """The ops that these values need, with them as the results. Inputs stay."""
    function = case.function
    needed, lines = {value.name for value in values}, []
    for line in reversed(function.lines):
        left, right = line.split(" = ", 1)
        if needed & set(re.findall(r"%\w+", left)):
            needed |= set(re.findall(r"%\w+", right))
            lines.append(line)
    name = f"{function.name.split('_of_')[0]}_of_{'_'.join(value.name[1:] for value in values[-3:])}"
    smaller = Function(name, function.arguments, lines[::-1], values, function.defined)
    return Case(smaller, case.inputs, case.tags, case.relative, case.absolute, case.scale)


def with_fewer_results(case: Case, tool: str, options: list[str]) -> Case:
    """Without the results whose absence does not help."""
    left = list(case.function.results)
    for value in list(left):
        fewer = [other for other in left if other is not value]
        if fewer and compare([part(case, fewer)], tool, options):
            left = fewer
    return part(case, left)


def minimal(finding: Finding, tool: str, options: list[str]) -> str:
    """The text of the smallest part that fails: the ops of the first value that alone disagrees with the reference; where none
    does, those of results that disagree together."""
    parts = [part(finding.case, [value]) for value in finding.case.function.defined]
    failing = [each.case for each in compare(parts, tool, options)]
    if not failing:
        failing = [with_fewer_results(finding.case, tool, options)]
    return min((case.function.text() for case in failing), key=len)
