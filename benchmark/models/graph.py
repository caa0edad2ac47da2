"""Builds an ONNX graph node by node, keeping every value's shape and dtype at hand.

A dim is an int or the name of a symbolic size. Parameters come from one seeded generator, so that a builder called twice
gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Dim = int | str
Shape = tuple[Dim, ...]


@dataclass(frozen=True)
class Value:
    """A tensor of the graph; arithmetic on it adds nodes to its builder."""

    builder: "GraphBuilder" = field(repr=False, compare=False)
    name: str
    shape: Shape
    dtype: np.dtype

    def __add__(self, other):
        return self.builder.op("Add", self, other)

    def __sub__(self, other):
        return self.builder.op("Sub", self, other)

    def __mul__(self, other):
        return self.builder.op("Mul", self, other)

    def __truediv__(self, other):
        return self.builder.op("Div", self, other)

    def __matmul__(self, other):
        return self.builder.matmul(self, other)

    def __neg__(self):
        return self.builder.op("Neg", self)


@dataclass(frozen=True)
class Node:
    """What a node was made from: reverse-mode differentiation reads these records."""

    op: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    attributes: dict


@dataclass(frozen=True)
class Model:
    """A built model: the proto, and one array per graph input in graph order."""

    proto: onnx.ModelProto
    inputs: dict[str, np.ndarray]


def broadcast(*shapes: Shape) -> Shape:
    """The NumPy broadcast of shapes whose symbolic dims are equal only to themselves and to 1."""
    rank = max(len(s) for s in shapes)
    result = []
    for dims in zip(*[(1,) * (rank - len(s)) + tuple(s) for s in shapes]):
        wide = {d for d in dims if d != 1}
        if len(wide) > 1:
            raise ValueError(f"shapes {shapes} do not broadcast")
        result.append(wide.pop() if wide else 1)
    return tuple(result)


class GraphBuilder:
    """Collects nodes, parameters and inputs; `finish` checks them and returns the model."""

    def __init__(self, name: str, *, seed: int = 0, opset: int = 18):
        self.name, self.opset = name, opset
        self.rng = np.random.default_rng([seed, *name.encode()])
        self.nodes: list[Node] = []
        self._protos, self._initializers, self._inputs = [], {}, []
        self._feeds: dict[str, np.ndarray] = {}
        self._constants: dict[tuple, Value] = {}

    # Inputs and parameters

    def input(self, name: str, shape: Shape, array: np.ndarray) -> Value:
        """A graph input of `shape`, with `array` as its sample value (the sizes of symbolic dims are the array's)."""
        value = Value(self, name, tuple(shape), array.dtype)
        self._inputs.append(value)
        self._feeds[name] = array
        return value

    def normal(self, *shape: int, scale: float = 1.0) -> np.ndarray:
        return (self.rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)).astype(np.float32)

    def uniform(self, low: float, high: float, *shape: int) -> np.ndarray:
        return self.rng.uniform(low, high, shape).astype(np.float32)

    def weight(self, name: str, array: np.ndarray) -> Value:
        """A named initializer."""
        assert name not in self._initializers, name
        self._initializers[name] = numpy_helper.from_array(array.copy(order="C"), name)
        return Value(self, name, array.shape, array.dtype)

    def scaled(self, name: str, shape: tuple[int, ...], fan_in: int, gain: float = 1.0) -> Value:
        """A weight with variance gain / fan_in: gain 2 is He's choice before a ReLU, gain 1 keeps a linear signal."""
        return self.weight(name, self.normal(*shape, scale=(gain / fan_in) ** 0.5))

    def constant(self, value, dtype=np.float32) -> Value:
        """An unnamed initializer; equal constants are one."""
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = self.weight(f"const_{len(self._constants)}", array)
        return self._constants[key]

    def scalar(self, value: Value) -> float:
        """The number that a constant of rank 0 holds."""
        array = numpy_helper.to_array(self._initializers[value.name])
        return float(array[()])

    # Nodes

    def node(self, op: str, inputs, shapes, dtypes, **attributes) -> tuple[Value, ...]:
        """Adds a node whose output shapes and dtypes the caller knows."""
        index = len(self.nodes)
        stem = op.lower()
        names = [f"{stem}_{index}" + (f"_{i}" if len(shapes) > 1 else "") for i in range(len(shapes))]
        outputs = tuple(Value(self, n, tuple(s), np.dtype(d)) for n, s, d in zip(names, shapes, dtypes))
        self.nodes.append(Node(op, tuple(inputs), outputs, attributes))
        self._protos.append(
            helper.make_node(op, [i.name if i else "" for i in inputs], names, f"node_{op}_{index}", **attributes)
        )
        return outputs

    def op(self, op: str, *inputs, dtype=None, **attributes) -> Value:
        """An element-wise operator with broadcasting; a Python number becomes a constant of the first tensor's dtype."""
        first = next(i for i in inputs if isinstance(i, Value))
        values = [i if isinstance(i, Value) else self.constant(i, first.dtype) for i in inputs]
        shape = broadcast(*[v.shape for v in values])
        return self.node(op, values, [shape], [dtype or values[-1].dtype], **attributes)[0]

    def like(self, op: str, x: Value, *others: Value, shape: Shape | None = None, **attributes) -> Value:
        """An operator whose result has x's dtype, and its shape unless one is given."""
        return self.node(op, [x, *others], [x.shape if shape is None else shape], [x.dtype], **attributes)[0]

    def matmul(self, a: Value, b: Value) -> Value:
        assert a.shape[-1] == b.shape[-2], (a, b)
        shape = (*broadcast(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
        return self.like("MatMul", a, b, shape=shape)

    def gemm(self, x: Value, weight: Value, bias: Value) -> Value:
        """x [M, K] times weight [N, K] transposed, plus bias [N]: the form of a linear layer on two-dimensional input."""
        return self.like("Gemm", x, weight, bias, shape=(x.shape[0], weight.shape[0]), transB=1)

    def transpose(self, x: Value, *perm: int) -> Value:
        return self.like("Transpose", x, shape=tuple(x.shape[p] for p in perm), perm=list(perm))

    def reshape(self, x: Value, *dims: Dim) -> Value:
        """Reshapes to `dims`; symbolic ones are read from the input's own shape, as exporters do."""
        known = {d: i for i, d in enumerate(x.shape) if isinstance(d, str)}
        if not any(isinstance(d, str) for d in dims):
            return self.like("Reshape", x, self.constant(dims, np.int64), shape=dims)
        parts = [self._size(x, known[d]) if isinstance(d, str) else self.constant([d], np.int64) for d in dims]
        target = self.node("Concat", parts, [(len(dims),)], [np.int64], axis=0)[0]
        return self.like("Reshape", x, target, shape=dims)

    def _size(self, x: Value, axis: int) -> Value:
        return self.node("Shape", [x], [(1,)], [np.int64], start=axis, end=axis + 1)[0]

    def concat(self, values, axis: int) -> Value:
        first = values[0]
        axis %= len(first.shape)
        total = sum(v.shape[axis] for v in values)
        shape = first.shape[:axis] + (total,) + first.shape[axis + 1 :]
        return self.node("Concat", values, [shape], [first.dtype], axis=axis)[0]

    def split(self, x: Value, parts: int, axis: int = -1) -> tuple[Value, ...]:
        axis %= len(x.shape)
        shape = x.shape[:axis] + (x.shape[axis] // parts,) + x.shape[axis + 1 :]
        return self.node("Split", [x], [shape] * parts, [x.dtype] * parts, axis=axis, num_outputs=parts)

    def slice(self, x: Value, axis: int, start: int, end: int) -> Value:
        axis %= len(x.shape)
        shape = x.shape[:axis] + (end - start,) + x.shape[axis + 1 :]
        bounds = [self.constant([v], np.int64) for v in (start, end, axis)]
        return self.like("Slice", x, *bounds, shape=shape)

    def select(self, x: Value, axis: int, index: int) -> Value:
        """x[..., index, ...]: the axis is dropped."""
        axis %= len(x.shape)
        shape = x.shape[:axis] + x.shape[axis + 1 :]
        return self.like("Gather", x, self.constant(index, np.int64), shape=shape, axis=axis)

    def embed(self, table: Value, ids: Value) -> Value:
        return self.like("Gather", table, ids, shape=(*ids.shape, table.shape[1]), axis=0)

    def unsqueeze(self, x: Value, axis: int) -> Value:
        shape = x.shape[:axis] + (1,) + x.shape[axis:]
        return self.like("Unsqueeze", x, self.constant([axis], np.int64), shape=shape)

    def expand(self, x: Value, *dims: int) -> Value:
        return self.like("Expand", x, self.constant(dims, np.int64), shape=dims)

    def reduce(self, op: str, x: Value, *axes: int, keepdims: bool = True) -> Value:
        axes = [a % len(x.shape) for a in axes]
        shape = [1 if i in axes else d for i, d in enumerate(x.shape)]
        if not keepdims:
            shape = [d for i, d in enumerate(x.shape) if i not in axes]
        return self.like(op, x, self.constant(axes, np.int64), shape=tuple(shape), keepdims=int(keepdims))

    def softmax(self, x: Value) -> Value:
        return self.like("Softmax", x, axis=-1)

    def conv(self, x: Value, weight: Value, bias: Value | None, *, stride=1, pad=0, groups=1) -> Value:
        kernel = weight.shape[2:]
        size = [(d + 2 * pad - k) // stride + 1 for d, k in zip(x.shape[2:], kernel)]
        inputs = [x, weight] + ([bias] if bias else [])
        return self.node(
            "Conv", inputs, [(x.shape[0], weight.shape[0], *size)], [x.dtype], kernel_shape=list(kernel),
            strides=[stride] * 2, pads=[pad] * 4, dilations=[1, 1], group=groups,
        )[0]  # fmt: skip

    def conv_transpose(self, x: Value, weight: Value, bias: Value, *, stride: int) -> Value:
        """Transposed convolution without padding whose kernel is as wide as its stride."""
        size = [d * stride for d in x.shape[2:]]
        return self.like(
            "ConvTranspose", x, weight, bias, shape=(x.shape[0], weight.shape[1], *size),
            kernel_shape=list(weight.shape[2:]), strides=[stride] * 2, pads=[0] * 4, dilations=[1, 1], group=1,
        )  # fmt: skip

    def max_pool(self, x: Value, kernel: int, stride: int, pad: int = 0) -> Value:
        size = [(d + 2 * pad - kernel) // stride + 1 for d in x.shape[2:]]
        return self.like(
            "MaxPool", x, shape=(*x.shape[:2], *size), kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[pad] * 4, dilations=[1, 1], ceil_mode=0,
        )  # fmt: skip

    # The finished model

    def finish(self, *outputs: Value, names: tuple[str, ...] | None = None) -> Model:
        """Names the outputs (output_0, ... unless given), drops what they do not need, checks the graph."""
        protos, initializers = self._live({v.name for v in outputs})
        names = names or tuple(f"output_{i}" for i in range(len(outputs)))
        renames = {v.name: n for v, n in zip(outputs, names)}
        for proto in protos:
            proto.input[:] = [renames.get(n, n) for n in proto.input]
            proto.output[:] = [renames.get(n, n) for n in proto.output]
        graph = helper.make_graph(
            protos,
            self.name,
            [self._info(v.name, v) for v in self._inputs],
            [self._info(n, v) for n, v in zip(names, outputs)],
            initializers,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="delos", ir_version=10
        )
        onnx.checker.check_model(model)
        return Model(model, dict(self._feeds))

    def _live(self, needed: set[str]) -> tuple[list, list]:
        """The nodes and initializers that the values named in `needed` depend on."""
        protos = []
        for proto in reversed(self._protos):
            if needed.intersection(proto.output):
                needed.update(proto.input)
                protos.append(proto)
        return protos[::-1], [t for n, t in self._initializers.items() if n in needed]

    @staticmethod
    def _info(name: str, value: Value) -> onnx.ValueInfoProto:
        element = helper.np_dtype_to_tensor_dtype(value.dtype)
        assert element != TensorProto.UNDEFINED
        return helper.make_tensor_value_info(name, element, list(value.shape))
