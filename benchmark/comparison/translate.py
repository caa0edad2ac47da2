"""ONNX models as Python functions over torch or JAX, so that their compilers can be timed on the same graphs.

Covers the operators of benchmark/models. Constants that decide shapes stay NumPy; everything else is a tensor of the
library. An operator that is not in the table is a KeyError naming it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper, numpy_helper

from benchmark.float64 import attribute

# Operands that are shapes, axes or bounds, by position.
SHAPE_OPERANDS = {
    "Reshape": (1,), "Slice": (1, 2, 3, 4), "Unsqueeze": (1,), "Expand": (1,), "ReduceMean": (1,), "ReduceSum": (1,),
    "ReduceMax": (1,), "Clip": (1, 2),
}  # fmt: skip


class Library:
    """What the operators need of a tensor library; see TorchLibrary and JaxLibrary for the differing parts."""

    def slice_(self, x, starts, ends, axes, steps=None):
        index = [slice(None)] * x.ndim
        for i, axis in enumerate(axes.tolist()):
            index[axis] = slice(int(starts[i]), int(ends[i]), int(steps[i]) if steps is not None else None)
        return x[tuple(index)]

    def reshape(self, x, shape, allowzero=0):
        return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(shape.tolist())])

    def gemm(self, a, b, c=0.0, *, transA=0, transB=0, alpha=1.0, beta=1.0):
        y = (a.T if transA else a) @ (b.T if transB else b)
        y = y if alpha == 1.0 else alpha * y
        return y + (c if beta == 1.0 else beta * c)

    def instance_norm(self, x, scale, shift, *, epsilon):
        axes, wide = tuple(range(2, x.ndim)), (slice(None),) + (None,) * (x.ndim - 2)
        centred = x - self.mean(x, axes)
        return centred / self.sqrt(self.mean(centred * centred, axes) + epsilon) * scale[wide] + shift[wide]


class TorchLibrary(Library):
    def __init__(self) -> None:
        import torch
        from torch.nn import functional

        self.torch, self.f = torch, functional
        self.sqrt = torch.sqrt

    def tensor(self, array: np.ndarray):
        return self.torch.from_numpy(np.ascontiguousarray(array))

    def mean(self, x, axes):
        return x.mean(axes, keepdim=True)

    def conv(self, x, w, b=None, *, strides, pads, dilations, group, kernel_shape):
        half = len(pads) // 2
        assert pads[:half] == pads[half:], "only symmetric padding is translated"
        return self.f.conv2d(x, w, b, strides, pads[:half], dilations, group)

    def conv_transpose(self, x, w, b=None, *, strides, pads, dilations, group, kernel_shape):
        return self.f.conv_transpose2d(x, w, b, strides, pads[: len(pads) // 2], 0, group, dilations)

    def max_pool(self, x, *, kernel_shape, strides, pads, dilations, ceil_mode=0):
        return self.f.max_pool2d(x, kernel_shape, strides, pads[: len(pads) // 2], dilations, bool(ceil_mode))

    def cast(self, x, *, to):
        return x.to(self.tensor(np.zeros(0, helper.tensor_dtype_to_np_dtype(to))).dtype)

    def operators(self) -> dict[str, Callable]:
        t, f = self.torch, self.f
        return {
            "Add": t.add, "Sub": t.sub, "Mul": t.mul, "Div": t.div, "Pow": t.pow, "Neg": t.neg, "Sqrt": t.sqrt,
            "Exp": t.exp, "Log": t.log, "Tanh": t.tanh, "Equal": t.eq, "Reciprocal": t.reciprocal, "Erf": t.erf,
            "Sigmoid": t.sigmoid, "Relu": t.relu, "Clip": lambda x, a, b: t.clamp(x, float(a), float(b)),
            "Gelu": lambda x, approximate="none": f.gelu(x, approximate=approximate), "Cast": self.cast,
            "MatMul": t.matmul, "Gemm": self.gemm, "Conv": self.conv, "ConvTranspose": self.conv_transpose,
            "MaxPool": self.max_pool, "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
            "BatchNormalization": lambda x, s, b, m, v, epsilon, momentum=0: f.batch_norm(x, m, v, s, b, eps=epsilon),
            "LayerNormalization": lambda x, s, b, axis, epsilon: f.layer_norm(x, x.shape[axis % x.ndim :], s, b, epsilon),
            "InstanceNormalization": self.instance_norm, "Softmax": lambda x, axis: t.softmax(x, axis),
            "ReduceMean": lambda x, a, keepdims=1: x.mean(tuple(a.tolist()), keepdim=bool(keepdims)),
            "ReduceSum": lambda x, a, keepdims=1: x.sum(tuple(a.tolist()), keepdim=bool(keepdims)),
            "ReduceMax": lambda x, a, keepdims=1: t.amax(x, tuple(a.tolist()), keepdim=bool(keepdims)),
            "Reshape": self.reshape, "Transpose": lambda x, perm: x.permute(perm), "Slice": self.slice_,
            "Flatten": lambda x, axis: x.reshape(math.prod(x.shape[:axis]), -1),
            "Concat": lambda *x, axis: t.cat(x, axis), "Gather": lambda x, i, axis=0: self.gather(x, i, axis),
            "Unsqueeze": lambda x, a: x.reshape(np.expand_dims(np.empty(x.shape, bool), tuple(a.tolist())).shape),
            "Expand": lambda x, s: x.expand(np.broadcast_shapes(tuple(x.shape), tuple(s.tolist()))),
            "Split": lambda x, axis, num_outputs: list(t.chunk(x, num_outputs, axis)),
        }  # fmt: skip

    def gather(self, x, i, axis):
        return self.torch.index_select(x, axis, i.reshape(-1)).reshape(*x.shape[:axis], *i.shape, *x.shape[axis + 1 :])


class JaxLibrary(Library):
    def __init__(self) -> None:
        import jax
        import jax.numpy
        import jax.scipy

        jax.config.update("jax_enable_x64", True)
        self.jax, self.np = jax, jax.numpy
        self.sqrt = jax.numpy.sqrt

    def tensor(self, array: np.ndarray):
        return self.np.asarray(array)

    def mean(self, x, axes):
        return x.mean(axes, keepdims=True)

    def conv(self, x, w, b=None, *, strides, pads, dilations, group, kernel_shape):
        half = len(pads) // 2
        y = self.jax.lax.conv_general_dilated(
            x, w, strides, list(zip(pads[:half], pads[half:])), rhs_dilation=dilations, feature_group_count=group
        )
        return y if b is None else y + b[None, :, None, None]

    def conv_transpose(self, x, w, b=None, *, strides, pads, dilations, group, kernel_shape):
        assert not any(pads) and group == 1 and list(strides) == list(kernel_shape), "only tiling kernels are translated"
        n, _, h, width = x.shape
        y = self.np.einsum("nchw,cokl->nohkwl", x, w).reshape(n, w.shape[1], h * strides[0], width * strides[1])
        return y if b is None else y + b[None, :, None, None]

    def max_pool(self, x, *, kernel_shape, strides, pads, dilations, ceil_mode=0):
        half, ones = len(pads) // 2, (1, 1)
        widths = ((0, 0), (0, 0), *zip(pads[:half], pads[half:]))
        window, steps = (*ones, *kernel_shape), (*ones, *strides)
        return self.jax.lax.reduce_window(x, -np.inf, self.jax.lax.max, window, steps, widths)

    def layer_norm(self, x, scale, shift, *, axis, epsilon):
        axes = tuple(range(axis % x.ndim, x.ndim))
        centred = x - self.mean(x, axes)
        return centred * self.jax.lax.rsqrt(self.mean(centred * centred, axes) + epsilon) * scale + shift

    def batch_norm(self, x, scale, shift, mean, variance, *, epsilon, momentum=0):
        factor = scale * self.jax.lax.rsqrt(variance + epsilon)
        return x * factor[:, None, None] + (shift - mean * factor)[:, None, None]

    def operators(self) -> dict[str, Callable]:
        n, nn = self.np, self.jax.nn
        return {
            "Add": n.add, "Sub": n.subtract, "Mul": n.multiply, "Div": n.divide, "Pow": n.power, "Neg": n.negative,
            "Sqrt": n.sqrt, "Exp": n.exp, "Log": n.log, "Tanh": n.tanh, "Equal": n.equal, "Reciprocal": n.reciprocal,
            "Erf": self.jax.scipy.special.erf, "Sigmoid": nn.sigmoid, "Relu": nn.relu,
            "Clip": lambda x, a, b: n.clip(x, float(a), float(b)),
            "Gelu": lambda x, approximate="none": nn.gelu(x, approximate=approximate != "none"),
            "Cast": lambda x, to: x.astype(helper.tensor_dtype_to_np_dtype(to)),
            "MatMul": n.matmul, "Gemm": self.gemm, "Conv": self.conv, "ConvTranspose": self.conv_transpose,
            "MaxPool": self.max_pool, "GlobalAveragePool": lambda x: self.mean(x, (2, 3)),
            "BatchNormalization": self.batch_norm, "LayerNormalization": self.layer_norm,
            "InstanceNormalization": self.instance_norm, "Softmax": lambda x, axis: nn.softmax(x, axis),
            "ReduceMean": lambda x, a, keepdims=1: x.mean(tuple(a.tolist()), keepdims=bool(keepdims)),
            "ReduceSum": lambda x, a, keepdims=1: x.sum(tuple(a.tolist()), keepdims=bool(keepdims)),
            "ReduceMax": lambda x, a, keepdims=1: x.max(tuple(a.tolist()), keepdims=bool(keepdims)),
            "Reshape": self.reshape, "Transpose": lambda x, perm: x.transpose(perm), "Slice": self.slice_,
            "Flatten": lambda x, axis: x.reshape(math.prod(x.shape[:axis]), -1),
            "Concat": lambda *x, axis: n.concatenate(x, axis), "Gather": lambda x, i, axis=0: n.take(x, i, axis),
            "Unsqueeze": lambda x, a: n.expand_dims(x, tuple(a.tolist())),
            "Expand": lambda x, s: n.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(s.tolist()))),
            "Split": lambda x, axis, num_outputs: n.split(x, num_outputs, axis),
        }  # fmt: skip


def function_of(model: onnx.ModelProto, library: Library) -> tuple[Callable, list]:
    """(weights, *inputs) -> outputs, and the weights."""
    graph, operators = model.graph, library.operators()
    arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    shapes = {n.input[i] for n in graph.node for i in SHAPE_OPERANDS.get(n.op_type, ()) if i < len(n.input)}
    weights = [name for name in arrays if name not in shapes]
    inputs = [value.name for value in graph.input if value.name not in arrays]
    outputs = [value.name for value in graph.output]
    steps = [
        (operators[n.op_type], list(n.input), list(n.output), {a.name: attribute(a) for a in n.attribute})
        for n in graph.node
    ]

    def run(parameters, *arguments):
        values = {name: arrays[name] for name in shapes if name in arrays}
        values |= dict(zip(weights, parameters)) | dict(zip(inputs, arguments))
        for function, operands, names, attributes in steps:
            result = function(*[values[name] for name in operands if name], **attributes)
            values.update(zip(names, result if isinstance(result, list) else [result]))
        return tuple(values[name] for name in outputs)

    return run, [library.tensor(arrays[name]) for name in weights]
