"""Functions of the graph dialect as text, built op by op with the result types worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

# Name -> (element type in IR, NumPy's dtype). The names are those that delos-reference prints.
DTYPES: dict[str, tuple[str, np.dtype]] = {
    "float64": ("f64", np.dtype(np.float64)),
    "float32": ("f32", np.dtype(np.float32)),
    "float16": ("f16", np.dtype(np.float16)),
    "bfloat16": ("bf16", np.dtype(ml_dtypes.bfloat16)),
    "int8": ("i8", np.dtype(np.int8)),
    "int16": ("i16", np.dtype(np.int16)),
    "int32": ("i32", np.dtype(np.int32)),
    "int64": ("i64", np.dtype(np.int64)),
    "uint8": ("ui8", np.dtype(np.uint8)),
    "uint16": ("ui16", np.dtype(np.uint16)),
    "uint32": ("ui32", np.dtype(np.uint32)),
    "uint64": ("ui64", np.dtype(np.uint64)),
    "bool": ("i1", np.dtype(np.bool_)),
    "float8e4m3fn": ("f8E4M3FN", np.dtype(ml_dtypes.float8_e4m3fn)),
    "float8e4m3fnuz": ("f8E4M3FNUZ", np.dtype(ml_dtypes.float8_e4m3fnuz)),
    "float8e5m2": ("f8E5M2", np.dtype(ml_dtypes.float8_e5m2)),
    "float8e5m2fnuz": ("f8E5M2FNUZ", np.dtype(ml_dtypes.float8_e5m2fnuz)),
    "float4e2m1": ("f4E2M1FN", np.dtype(ml_dtypes.float4_e2m1fn)),
    "int4": ("i4", np.dtype(ml_dtypes.int4)),
    "uint4": ("ui4", np.dtype(ml_dtypes.uint4)),
}
FLOATS = ("float64", "float32", "float16", "bfloat16")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTS = SIGNED + UNSIGNED
PLAIN = FLOATS + INTS + ("bool",)


def numpy_dtype(name: str) -> np.dtype:
    return DTYPES[name][1]


@dataclass(frozen=True)
class Size:
    """A size with its value in this run and, when symbolic, its text."""

    value: int
    text: str | None = None

    def __add__(self, other: Size | int) -> Size:
        other = as_size(other)
        value = self.value + other.value
        return Size(value, f"{self.spelled} + {other.spelled}" if self.text or other.text else None)

    def __mul__(self, other: Size | int) -> Size:
        other = as_size(other)
        value = self.value * other.value
        return Size(value, f"({self.spelled}) * ({other.spelled})" if self.text or other.text else None)

    @property
    def spelled(self) -> str:
        return self.text or str(self.value)

    @property
    def entry(self) -> str:
        """As an entry of #graph.dims."""
        return f'"{self.text}"' if self.text else str(self.value)


def as_size(size: Size | int) -> Size:
    return size if isinstance(size, Size) else Size(int(size))


def product(sizes: Sequence[Size]) -> Size:
    total = Size(1)
    for size in sizes:
        total = size if total == Size(1) else total * size
    return total


@dataclass(frozen=True)
class Value:
    name: str
    dtype: str
    dims: tuple[Size, ...]

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(size.value for size in self.dims)

    @property
    def type(self) -> str:
        return tensor_type(self.dtype, self.dims)


def tensor_type(dtype: str, dims: Sequence[Size]) -> str:
    shape = "".join(("?" if size.text else str(size.value)) + "x" for size in dims)
    encoding = ", #graph.dims<" + ", ".join(size.entry for size in dims) + ">" if any(size.text for size in dims) else ""
    return f"tensor<{shape}{DTYPES[dtype][0]}{encoding}>"


def ints(values: Sequence[int]) -> str:
    return "[" + ", ".join(str(int(value)) for value in values) + "]"


def affine_map(dims: int, results: Sequence[str]) -> str:
    return f"affine_map<({', '.join(f'd{i}' for i in range(dims))}) -> ({', '.join(results)})>"


GIVES_BOOL = frozenset({"is_nan", "is_inf", "eq", "ne", "lt", "le", "gt", "ge"})


@dataclass
class Function:
    """One function. Methods named after ops append one and give its result."""

    name: str
    arguments: list[Value] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)
    defined: list[Value] = field(default_factory=list)

    def argument(self, dtype: str, dims: Sequence[Size | int]) -> Value:
        value = Value(f"%arg{len(self.arguments)}", dtype, tuple(map(as_size, dims)))
        self.arguments.append(value)
        return value

    def value(self, dtype: str, dims: Sequence[Size | int], text: str) -> Value:
        """Appends `%n = TEXT`, a single result of this type; `{type}` in the text stands for the type."""
        result = Value(f"%{len(self.defined)}", dtype, tuple(map(as_size, dims)))
        self.defined.append(result)
        self.lines.append(f"{result.name} = {text.replace('{type}', result.type)}")
        return result

    def give(self, *values: Value) -> None:
        self.results.extend(values)

    def functional(self, dtype: str, dims: Sequence[Size | int], text: str, operands: Sequence[Value]) -> Value:
        types = ", ".join(operand.type for operand in operands)
        return self.value(dtype, dims, f"{text} : ({types}) -> {{type}}")

    # Element-wise.

    def map(self, fn: str, *operands: Value) -> Value:
        dtype = "bool" if fn in GIVES_BOOL else operands[-1].dtype
        names = ", ".join(operand.name for operand in operands)
        return self.functional(dtype, operands[-1].dims, f"graph.map {fn} {names}", operands)

    def cast(self, x: Value, dtype: str, mode: str = "wrap") -> Value:
        mode = "" if mode == "wrap" else f" mode {mode}"
        return self.value(dtype, x.dims, f"graph.cast {x.name}{mode} : {x.type} to {{type}}")

    def bitcast(self, x: Value, dtype: str) -> Value:
        return self.value(dtype, x.dims, f"graph.bitcast {x.name} : {x.type} to {{type}}")

    # Sources.

    def iota(self, dtype: str, dims: Sequence[Size | int], dim: int) -> Value:
        return self.value(dtype, dims, f"graph.iota {dim} : {{type}}")

    def splat(self, dtype: str, dims: Sequence[int], literal: str) -> Value:
        return self.value(dtype, dims, f"graph.constant dense<{literal}> : {{type}}")

    def constant(self, dtype: str, array: np.ndarray) -> Value:
        literal = np.ascontiguousarray(array).tobytes().hex()
        return self.value(dtype, array.shape, f'graph.constant dense<"0x{literal}"> : {{type}}' if literal else "graph.constant dense<> : {type}")

    def random(self, kind: str, seed: int, dtype: str, dims: Sequence[Size | int]) -> Value:
        return self.value(dtype, dims, f"graph.random {kind} seed {seed} : {{type}}")

    # Views.

    def _view(self, x: Value, dims: Sequence[Size | int], text: str) -> Value:
        return self.value(x.dtype, dims, f"{text} : {x.type} -> {{type}}")

    def broadcast(self, x: Value, positions: Sequence[int], dims: Sequence[Size | int]) -> Value:
        return self._view(x, dims, f"graph.broadcast {x.name} dims {ints(positions)}")

    def reshape(self, x: Value, dims: Sequence[Size | int]) -> Value:
        return self._view(x, dims, f"graph.reshape {x.name}")

    def transpose(self, x: Value, perm: Sequence[int]) -> Value:
        return self._view(x, [x.dims[p] for p in perm], f"graph.transpose {x.name} perm {ints(perm)}")

    def slice(self, x: Value, starts: Sequence[int], strides: Sequence[int], dims: Sequence[Size | int]) -> Value:
        first = ", ".join(map(str, starts))
        return self._view(x, dims, f"graph.slice {x.name} starts <{first}> strides {ints(strides)}")

    def reverse(self, x: Value, dims: Sequence[int]) -> Value:
        return self.value(x.dtype, x.dims, f"graph.reverse {x.name} dims {ints(dims)} : {{type}}")

    def concat(self, operands: Sequence[Value], dim: int) -> Value:
        total = operands[0].dims[dim]
        for operand in operands[1:]:
            total = total + operand.dims[dim]
        dims = [*operands[0].dims[:dim], total, *operands[0].dims[dim + 1 :]]
        names = ", ".join(operand.name for operand in operands)
        return self.functional(operands[0].dtype, dims, f"graph.concat {names} dim {dim}", operands)

    def pad(
        self, x: Value, value: Value, low: Sequence[int], high: Sequence[int], interior: Sequence[int] | None = None
    ) -> Value:
        gaps = interior or [0] * x.rank
        dims = [
            Size(low[i] + size.value + max(size.value - 1, 0) * gaps[i] + high[i]) if gaps[i] else size + (low[i] + high[i])
            for i, size in enumerate(x.dims)
        ]
        inner = f" interior {ints(interior)}" if interior else ""
        edges = f"low <{', '.join(map(str, low))}> high <{', '.join(map(str, high))}>"
        return self.functional(x.dtype, dims, f"graph.pad {x.name} with {value.name} {edges}{inner}", [x, value])

    # Reductions.

    def reduce(self, kind: str, x: Value, dims: Sequence[int]) -> Value:
        kept = [size for i, size in enumerate(x.dims) if i not in dims]
        return self._view(x, kept, f"graph.reduce {kind} {x.name} dims {ints(dims)}")

    def arg_reduce(self, kind: str, x: Value, dim: int, last: bool = False) -> Value:
        kept = [size for i, size in enumerate(x.dims) if i != dim]
        flag = " last" if last else ""
        return self.value("int64", kept, f"graph.arg_reduce {kind} {x.name} dim {dim}{flag} : {x.type} -> {{type}}")

    def scan(self, kind: str, x: Value, dim: int, exclusive: bool = False, reverse: bool = False) -> Value:
        flags = (" exclusive" if exclusive else "") + (" reverse" if reverse else "")
        return self._view(x, x.dims, f"graph.scan {kind} {x.name} dim {dim}{flags}")

    def window_reduce(self, kind: str, x: Value, window, strides, dilations, low, dims: Sequence[Size | int]) -> Value:
        text = f"window {ints(window)} strides {ints(strides)} dilations {ints(dilations)} low {ints(low)}"
        return self._view(x, dims, f"graph.window_reduce {kind} {x.name} {text}")

    def contract(self, a: Value, b: Value, batch=((), ()), contract=((), ()), dtype: str | None = None) -> Value:
        free_a = [size for i, size in enumerate(a.dims) if i not in (*batch[0], *contract[0])]
        free_b = [size for i, size in enumerate(b.dims) if i not in (*batch[1], *contract[1])]
        dims = [*(a.dims[i] for i in batch[0]), *free_a, *free_b]
        lists = f"batch {ints(batch[0])} x {ints(batch[1])} contract {ints(contract[0])} x {ints(contract[1])}"
        return self.functional(dtype or a.dtype, dims, f"graph.contract {a.name}, {b.name} {lists}", [a, b])

    def conv(
        self, x: Value, w: Value, strides, dilations, low, high, groups: int = 1, channels_last: bool = False, dtype=None
    ) -> Value:
        spatial = x.rank - 2
        first = 1 if channels_last else 2
        reach = [(w.dims[2 + k].value - 1) * dilations[k] + 1 for k in range(spatial)]
        sizes = []
        for k in range(spatial):
            size, edges = x.dims[first + k], low[k] + high[k] - reach[k]
            value = (size.value + edges) // strides[k] + 1
            sizes.append(Size(value, f"floordiv({size.spelled} {edges:+d}, {strides[k]}) + 1" if size.text else None))
        dims = [x.dims[0], *sizes, w.dims[0]] if channels_last else [x.dims[0], w.dims[0], *sizes]
        text = f"strides {ints(strides)} dilations {ints(dilations)} low {ints(low)} high {ints(high)}"
        text += (f" groups {groups}" if groups != 1 else "") + (" channels_last" if channels_last else "")
        return self.functional(dtype or x.dtype, dims, f"graph.conv {x.name}, {w.name} {text}", [x, w])

    # Indexing.

    def gather(self, x: Value, indices: Sequence[Value], dims: Sequence[int], source, index_maps, result_dims) -> Value:
        rank = len(result_dims)
        maps = ", ".join(affine_map(rank, m) for m in index_maps)
        text = f"dims {ints(dims)} source {affine_map(rank, source)} index [{maps}]"
        names = ", ".join(index.name for index in indices)
        return self.functional(x.dtype, result_dims, f"graph.gather {x.name}, ({names}) {text}", [x, *indices])

    def scatter(self, kind: str, x: Value, updates: Value, indices: Sequence[Value], dims, target, index_maps) -> Value:
        maps = ", ".join(affine_map(updates.rank, m) for m in index_maps)
        text = f"dims {ints(dims)} target {affine_map(updates.rank, target)} index [{maps}]"
        names = ", ".join(index.name for index in indices)
        head = f"graph.scatter {kind} {x.name}, {updates.name}, ({names})"
        return self.functional(x.dtype, x.dims, f"{head} {text}", [x, updates, *indices])

    def sort(self, x: Value, dim: int, descending: bool = False) -> tuple[Value, Value]:
        values = Value(f"%{len(self.defined)}", x.dtype, x.dims)
        positions = Value(f"%{len(self.defined) + 1}", "int64", x.dims)
        self.defined += [values, positions]
        flag = " descending" if descending else ""
        types = f"{x.type} -> {values.type}, {positions.type}"
        self.lines.append(f"{values.name}, {positions.name} = graph.sort {x.name} dim {dim}{flag} : {types}")
        return values, positions

    def text(self) -> str:
        arguments = ", ".join(f"{value.name}: {value.type}" for value in self.arguments)
        types = ", ".join(value.type for value in self.results)
        names = ", ".join(value.name for value in self.results)
        body = "\n".join("  " + line for line in self.lines)
        return f"func.func @{self.name}({arguments}) -> ({types}) {{\n{body}\n  return {names} : {types}\n}}\n"
