"""Evaluates an ONNX model in float64: the yardstick that engines' rounding errors are measured against.

Covers the operators of benchmark/models (convolutions through im2col and the BLAS behind NumPy). Floating tensors are
widened on entry; integers stay as they are. An operator that is not in the table is a KeyError naming it.
"""

from __future__ import annotations

import math

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import helper, numpy_helper

_erf = np.frompyfunc(math.erf, 1, 1)


def erf(x: np.ndarray) -> np.ndarray:
    return _erf(x).astype(np.float64)


def widen(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) if x.dtype.kind == "f" else x


def _pad(x, pads, value=0.0):
    rank = len(pads) // 2
    widths = [(0, 0), (0, 0)] + [(pads[i], pads[i + rank]) for i in range(rank)]
    return np.pad(x, widths, constant_values=value)


def _windows(x, kernel, strides):
    """[N, C, out_h, out_w, k_h, k_w] view of the windows of x."""
    view = sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1]]


def conv(x, w, b=None, *, strides, pads, dilations, group, kernel_shape):
    assert list(dilations) == [1, 1], "dilated convolutions are not evaluated"
    windows = _windows(_pad(x, pads), kernel_shape, strides)
    n, c, oh, ow = windows.shape[:4]
    k = w.shape[0] // group
    columns = windows.reshape(n, group, c // group, oh, ow, -1).transpose(0, 1, 2, 5, 3, 4)
    columns = columns.reshape(n, group, -1, oh * ow)
    y = (w.reshape(1, group, k, -1) @ columns).reshape(n, w.shape[0], oh, ow)
    return y if b is None else y + b[None, :, None, None]


def conv_transpose(x, w, b, *, strides, pads, dilations, group, kernel_shape):
    assert not any(pads) and group == 1 and list(strides) == list(kernel_shape), "only tiling kernels are evaluated"
    n, _, h, width = x.shape
    y = np.einsum("nchw,cokl->nohkwl", x, w, optimize=True)
    return y.reshape(n, w.shape[1], h * strides[0], width * strides[1]) + b[None, :, None, None]


def max_pool(x, *, kernel_shape, strides, pads, dilations, ceil_mode):
    return _windows(_pad(x, pads, -np.inf), kernel_shape, strides).max((4, 5))


def batch_norm(x, scale, shift, mean, variance, *, epsilon, momentum):
    factor = scale / np.sqrt(variance + epsilon)
    return x * factor[:, None, None] + (shift - mean * factor)[:, None, None]


def normalize(x, axes, epsilon):
    centred = x - x.mean(axes, keepdims=True)
    return centred / np.sqrt((centred * centred).mean(axes, keepdims=True) + epsilon)


def layer_norm(x, scale, shift, *, axis, epsilon):
    return normalize(x, tuple(range(axis % x.ndim, x.ndim)), epsilon) * scale + shift


def instance_norm(x, scale, shift, *, epsilon):
    wide = (slice(None),) + (None,) * (x.ndim - 2)
    return normalize(x, tuple(range(2, x.ndim)), epsilon) * scale[wide] + shift[wide]


def gelu(x, *, approximate):
    assert approximate == "none"
    return x * 0.5 * (1.0 + erf(x * math.sqrt(0.5)))


def gemm(a, b, c=0.0, *, transA=0, transB=0, alpha=1.0, beta=1.0):
    return alpha * ((a.T if transA else a) @ (b.T if transB else b)) + beta * c


def softmax(x, *, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def reshape(x, shape):
    return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(shape.tolist())])


def slice_(x, starts, ends, axes, steps=None):
    index = [slice(None)] * x.ndim
    for i, axis in enumerate(axes.tolist()):
        index[axis] = slice(int(starts[i]), int(ends[i]), int(steps[i]) if steps is not None else None)
    return x[tuple(index)]


def reduce(function):
    return lambda x, axes, *, keepdims=1: function(x, axis=tuple(axes.tolist()), keepdims=bool(keepdims))


def cast(x, *, to):
    return widen(x.astype(helper.tensor_dtype_to_np_dtype(to)))


OPERATORS = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power, "Neg": np.negative,
    "Sqrt": np.sqrt, "Exp": np.exp, "Log": np.log, "Tanh": np.tanh, "Equal": np.equal, "Reciprocal": np.reciprocal,
    "Erf": erf, "Sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)), "Relu": lambda x: np.maximum(x, 0.0),
    "Clip": lambda x, low, high: np.clip(x, low, high), "Identity": lambda x: x, "Gelu": gelu, "Cast": cast,
    "MatMul": np.matmul, "Gemm": gemm, "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool,
    "GlobalAveragePool": lambda x: x.mean((2, 3), keepdims=True), "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm, "InstanceNormalization": instance_norm, "Softmax": softmax,
    "ReduceMean": reduce(np.mean), "ReduceSum": reduce(np.sum), "ReduceMax": reduce(np.max),
    "Reshape": reshape, "Transpose": lambda x, *, perm: x.transpose(perm), "Slice": slice_,
    "Flatten": lambda x, *, axis: x.reshape(math.prod(x.shape[:axis]), -1),
    "Concat": lambda *x, axis: np.concatenate(x, axis), "Unsqueeze": lambda x, a: np.expand_dims(x, tuple(a.tolist())),
    "Gather": lambda x, i, *, axis=0: np.take(x, i, axis),
    "Expand": lambda x, shape: np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(shape.tolist()))),
    "Split": lambda x, *, axis, num_outputs: np.split(x, num_outputs, axis),
    "Shape": lambda x, *, start=0, end=None: np.array(x.shape[start:end], np.int64),
}  # fmt: skip


def attribute(proto: onnx.AttributeProto):
    value = helper.get_attribute_value(proto)
    return value.decode() if isinstance(value, bytes) else value


def last_uses(graph: onnx.GraphProto) -> dict[str, int]:
    return {name: i for i, node in enumerate(graph.node) for name in node.input}


def evaluate(model: onnx.ModelProto, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The graph's outputs in float64; intermediate values are dropped after their last use."""
    graph = model.graph
    values = {t.name: widen(numpy_helper.to_array(t)) for t in graph.initializer}
    values |= {name: widen(array) for name, array in inputs.items()}
    kept, last = {o.name for o in graph.output}, last_uses(graph)
    for index, node in enumerate(graph.node):
        attributes = {a.name: attribute(a) for a in node.attribute}
        arguments = [values[name] for name in node.input if name]
        result = OPERATORS[node.op_type](*arguments, **attributes)
        values.update(zip(node.output, result if isinstance(result, list) else [result]))
        for name in {n for n in node.input if n and last[n] == index and n not in kept}:
            del values[name]
    return [values[o.name] for o in graph.output]
