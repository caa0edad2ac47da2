"""Memory-bound kernels as one small graph each, with the vector math a point of them needs.

`python -m benchmark.models.row_cases` writes them as graph ops to benchmark/kernels/rows.mlir, which delos-kernel-bench reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto

from .graph import GraphBuilder, Model, Value
from .layers import adam, gelu_erf, gelu_tanh, silu


@dataclass(frozen=True)
class RowCase:
    """`build(g, rows, width)` adds the graph and gives its outputs. `math` counts calls of vector functions per element of
    rows x width; `reductions` the dependent reductions of a row; random inputs lie in [low, 1]."""

    name: str
    build: Callable[[GraphBuilder, int, int], list[Value]]
    math: dict[str, float]
    reductions: int = 0
    sizes: tuple[tuple[int, int], ...] = ((64, 1024), (2048, 1024), (16384, 1024))
    low: float = -1.0

    def model(self, rows: int, width: int, seed: int = 0) -> Model:
        g = GraphBuilder(f"{self.name}_{rows}x{width}", seed=seed)
        return g.finish(*self.build(g, rows, width))


def _x(g: GraphBuilder, rows: int, width: int, name: str = "x") -> Value:
    return g.input(name, (rows, width), g.normal(rows, width))


def _image(g: GraphBuilder, rows: int, width: int) -> Value:
    """rows x width elements as [images, 64, side, side], width = side * side."""
    side = int(width**0.5)
    return g.input("x", (rows // 64, 64, side, side), g.normal(rows // 64, 64, side, side))


def _vectors(g: GraphBuilder, width: int, *names: str) -> list[Value]:
    return [g.input(n, (width,), g.normal(width)) for n in names]


def _masked_softmax(g, m, n):
    return [g.softmax(_x(g, m, n) * 0.125 + _vectors(g, n, "mask")[0])]


def _causal_softmax(g, m, n):
    x = g.input("x", (m // n, n, n), g.normal(m // n, n, n))
    keep = g.input("keep", (n, n), np.tril(np.ones((n, n), bool)))
    return [g.softmax(g.op("Where", keep, x, g.constant(-1e9), dtype=np.float32))]


def _layer_norm(g, m, n):
    scale, shift = _vectors(g, n, "scale", "shift")
    return [g.like("LayerNormalization", _x(g, m, n), scale, shift, axis=-1, epsilon=1e-5)]


def _residual_norm(g, m, n):
    total = _x(g, m, n) + _x(g, m, n, "r")
    scale, shift = _vectors(g, n, "scale", "shift")
    return [total, g.like("LayerNormalization", total, scale, shift, axis=-1, epsilon=1e-5)]


def _rms_norm(g, m, n):
    x = _x(g, m, n)
    mean = g.reduce("ReduceMean", x * x, -1)
    return [x * g.op("Reciprocal", g.op("Sqrt", mean + 1e-6)) * _vectors(g, n, "scale")[0]]


def _group_norm(g, m, n):
    x = _image(g, m, n)
    scale, shift = _vectors(g, 64, "scale", "shift")
    parts = g.reshape(x, x.shape[0], 8, 8 * n)
    centred = parts - g.reduce("ReduceMean", parts, -1)
    variance = g.reduce("ReduceMean", centred * centred, -1)
    normal = g.reshape(centred / g.op("Sqrt", variance + 1e-5), *x.shape)
    return [normal * g.reshape(scale, 1, 64, 1, 1) + g.reshape(shift, 1, 64, 1, 1)]


def _batch_norm(g, m, n):
    x = _image(g, m, n)
    parts = [g.input(k, (64,), g.uniform(0.5, 1.5, 64)) for k in ("scale", "shift", "mean", "variance")]
    return [g.op("Relu", g.like("BatchNormalization", x, *parts))]


def _bias_relu(g, m, n):
    return [g.op("Relu", _x(g, m, n) + _vectors(g, n, "b")[0])]


def _swiglu(g, m, n):
    return [silu(g, _x(g, m, n)) * _x(g, m, n, "u")]


def _dropout(g, m, n):
    mask = g.input("mask", (m, n), (g.uniform(0, 1, m, n) > 0.2).astype(np.float32))
    return [(_x(g, m, n) + _vectors(g, n, "b")[0]) * mask * 1.25 + _x(g, m, n, "r")]


def _where_mask(g, m, n):
    mask = g.input("mask", (m, n), g.uniform(0, 1, m, n) > 0.2)
    return [g.op("Where", mask, _x(g, m, n), g.constant(-1e9), dtype=np.float32)]


def _adam(g, m, n):
    return list(adam(g, *(g.input(k, (m, n), g.uniform(0.1, 1, m, n)) for k in ("p", "m", "v", "g"))))


def _heads(g, m, n):
    return [g.transpose(g.input("x", (m // 128, 128, n // 64, 64), g.normal(m // 128, 128, n // 64, 64)), 0, 2, 1, 3)]


def _channels_last(g, m, n):
    return [g.transpose(_image(g, m, n), 0, 2, 3, 1)]


def _middle_softmax(g, m, n):
    x = g.input("x", (m // 64, 64, n), g.normal(m // 64, 64, n))
    return [g.like("Softmax", x, axis=1)]


def _moments(g, m, n):
    x = _x(g, m, n)
    mean = g.reduce("ReduceMean", x, -1)
    centred = x - mean
    return [mean, g.reduce("ReduceMean", centred * centred, -1)]


def _arg(op, axis):
    def build(g, m, n):
        shape = (m,) if axis else (n,)
        return list(g.node(op, [_x(g, m, n)], [shape], [np.int64], axis=axis, keepdims=0))

    return build


def _scan(axis):
    def build(g, m, n):
        return [g.like("CumSum", _x(g, m, n), g.constant(axis, np.int64))]

    return build


def _concat(g, m, n):
    return [g.concat([_x(g, m, n // 2), _x(g, m, n // 2 - 16, "y"), _x(g, m, 16, "z")], 1)]


def _concat_rope(g, m, n):
    x = _x(g, m, n)
    c, s = (g.input(k, (m, n), g.normal(m, n)) for k in ("c", "s"))
    turned = g.concat([-g.slice(x, -1, n // 2, n), g.slice(x, -1, 0, n // 2)], -1)
    return [x * c + turned * s]


def _pad(g, m, n):
    x = _image(g, m, n)
    side = x.shape[2]
    pads = g.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
    return [g.like("Pad", x, pads, shape=(*x.shape[:2], side + 2, side + 2))]


def _split(g, m, n):
    return [p * 2.0 for p in g.split(_x(g, m, n), 4)]


def _even(g, m, n):
    bounds = [g.constant([v], np.int64) for v in (0, n, 1, 2)]
    return [g.like("Slice", _x(g, m, n), *bounds, shape=(m, n // 2))]


def _gather(g, m, n):
    ids = g.input("ids", (m,), g.rng.permutation(m).astype(np.int64))
    return [g.embed(_x(g, m, n), ids)]


def _resize(g, m, n):
    x = _image(g, m, n)
    scales = g.constant([1, 1, 2, 2], np.float32)
    shape = (*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    return [g.node("Resize", [x, None, scales], [shape], [x.dtype], mode="nearest", nearest_mode="floor",
                   coordinate_transformation_mode="asymmetric")[0]]  # fmt: skip


def _average_pool(g, m, n):
    x = _image(g, m, n)
    side = x.shape[2] // 2
    return [g.like("AveragePool", x, shape=(*x.shape[:2], side, side), kernel_shape=[2, 2], strides=[2, 2])]


def _max_pool(g, m, n):
    return [g.max_pool(_image(g, m, n), 3, 2, 1)]


def _global_pool(g, m, n):
    return [g.reduce("ReduceMean", _image(g, m, n), 2, 3)]


def _cross_entropy(g, m, n):
    labels = g.input("labels", (m,), g.rng.integers(0, n, m).astype(np.int64))
    return [g.like("SoftmaxCrossEntropyLoss", _x(g, m, n), labels, shape=(m,), reduction="none")]


def _cast(source, target):
    def build(g, m, n):
        x = g.input("x", (m, n), (g.normal(m, n) * 30).astype(source))
        return list(g.node("Cast", [x], [(m, n)], [np.dtype(target)],
                           to={"float16": TensorProto.FLOAT16, "float32": TensorProto.FLOAT, "int8": TensorProto.INT8}[target]))  # fmt: skip

    return build


def _quantize(g, m, n):
    scale, zero = g.constant(0.05), g.constant(3, np.uint8)
    return list(g.node("QuantizeLinear", [_x(g, m, n), scale, zero], [(m, n)], [np.uint8]))


def _double_add(g, m, n):
    x, y = (g.input(k, (m, n), g.normal(m, n).astype(np.float64)) for k in "xy")
    return [x * y + x]


def _softmax_grad(g, m, n):
    y, d = _x(g, m, n), _x(g, m, n, "d")
    return [y * (d - g.reduce("ReduceSum", y * d, -1))]


def _reduce(op, *axes):
    return lambda g, m, n: [g.reduce(op, _x(g, m, n), *axes)]


def _unary(op):
    return lambda g, m, n: [g.op(op, _x(g, m, n))]


IMAGE = ((64, 784), (2048, 3136), (16384, 1024))
TALL = ((1024, 128), (16384, 128), (65536, 256))
CASES = {
    case.name: case
    for case in [
        RowCase("softmax", lambda g, m, n: [g.softmax(_x(g, m, n))], {"exp": 1}, 2, ((512, 128), (2048, 1000), (16384, 768))),
        RowCase("masked_softmax", _masked_softmax, {"exp": 1}, 2, ((512, 128), (4096, 512), (65536, 197))),
        RowCase("causal_softmax", _causal_softmax, {"exp": 1}, 2, ((256, 128), (4096, 512), (16384, 1024))),
        RowCase("short_softmax", lambda g, m, n: [g.softmax(_x(g, m, n))], {"exp": 1}, 2, ((8192, 8), (65536, 10), (65536, 49))),
        RowCase("middle_softmax", _middle_softmax, {"exp": 1}, 0, ((64, 1024), (2048, 784), (16384, 1024))),
        RowCase("log_softmax", lambda g, m, n: [g.like("LogSoftmax", _x(g, m, n), axis=-1)], {"exp": 1}, 2),
        RowCase("softmax_gradient", _softmax_grad, {}, 1),
        RowCase("layer_norm", _layer_norm, {}, 2, ((128, 768), (2048, 768), (16384, 1024))),
        RowCase("short_layer_norm", _layer_norm, {}, 2, ((1024, 64), (16384, 96), (65536, 64))),
        RowCase("residual_layer_norm", _residual_norm, {}, 2, ((64, 768), (1024, 768), (8192, 1024))),
        RowCase("rms_norm", _rms_norm, {}, 1),
        RowCase("group_norm", _group_norm, {}, 2, IMAGE),
        RowCase("batch_norm_relu", _batch_norm, {}, 0, IMAGE, 0.1),
        RowCase("bias_relu", _bias_relu, {}, 0),
        RowCase("gelu_erf", lambda g, m, n: [gelu_erf(g, _x(g, m, n))], {"erf": 1}),
        RowCase("bias_gelu_tanh", lambda g, m, n: [gelu_tanh(g, _x(g, m, n) + _vectors(g, n, "b")[0])], {"tanh": 1}),
        RowCase("swiglu", _swiglu, {"sigmoid": 1}),
        RowCase("residual_add", lambda g, m, n: [_x(g, m, n) + _x(g, m, n, "y")], {}),
        RowCase("bias_dropout_scale", _dropout, {}, 0, ((64, 512), (1024, 1024), (8192, 1024))),
        RowCase("where_mask", _where_mask, {}),
        RowCase("adam", _adam, {"sqrt": 1, "divide": 1}, 0, ((64, 512), (1024, 512), (8192, 1024)), 0.1),
        RowCase("transpose", lambda g, m, n: [g.transpose(_x(g, m, n), 1, 0)], {}, 0, ((256, 256), (1000, 1000), (8192, 2048))),
        RowCase("transpose_heads", _heads, {}, 0, ((128, 512), (2048, 768), (16384, 1024))),
        RowCase("channels_last", _channels_last, {}, 0, IMAGE),
        RowCase("column_sum", _reduce("ReduceSum", 0), {}, 0, ((128, 768), (4096, 768), (65536, 512))),
        RowCase("column_max", _reduce("ReduceMax", 0), {}, 0, ((128, 768), (4096, 768), (65536, 512))),
        RowCase("row_sum", _reduce("ReduceSum", 1), {}, 1, ((256, 512), (8192, 768), (65536, 512))),
        RowCase("moments", _moments, {}, 2, ((256, 512), (8192, 768), (65536, 512))),
        RowCase("total_sum", _reduce("ReduceSum", 0, 1), {}, 0, ((128, 768), (4096, 768), (65536, 512))),
        RowCase("row_arg_max", _arg("ArgMax", 1), {}, 1, ((128, 1000), (4096, 1000), (32768, 1000))),
        RowCase("column_arg_max", _arg("ArgMax", 0), {}, 0, ((128, 768), (4096, 768), (32768, 768))),
        RowCase("row_scan", _scan(1), {}, 0),
        RowCase("column_scan", _scan(0), {}, 0),
        RowCase("concat", _concat, {}),
        RowCase("rope", _concat_rope, {}, 0, TALL),
        RowCase("pad", _pad, {}, 0, IMAGE),
        RowCase("split_scale", _split, {}),
        RowCase("every_second", _even, {}),
        RowCase("gather_rows", _gather, {}),
        RowCase("resize_nearest", _resize, {}, 0, IMAGE),
        RowCase("average_pool", _average_pool, {}, 0, IMAGE),
        RowCase("max_pool", _max_pool, {}, 0, IMAGE),
        RowCase("global_pool", _global_pool, {}, 1, IMAGE),
        RowCase("cross_entropy", _cross_entropy, {"exp": 1}, 2, ((128, 1000), (4096, 1000), (32768, 1000))),
        RowCase("cast_half", _cast("float32", "float16"), {}),
        RowCase("cast_from_half", _cast("float16", "float32"), {}),
        RowCase("cast_byte", _cast("float32", "int8"), {}),
        RowCase("quantize", _quantize, {}),
        RowCase("double_multiply_add", _double_add, {}),
        RowCase("exponential", _unary("Exp"), {"exp": 1}),
        RowCase("sigmoid", _unary("Sigmoid"), {"sigmoid": 1}),
    ]
}


def _function(case: RowCase, rows: int, width: int) -> str:
    """The graph ops of a case as a function with its work as attributes."""
    import delos

    model = case.model(rows, width)
    text = delos.lower(model.proto, "simplify", threads=1)
    maps = dict(re.findall(r"^(#map\d*) = (affine_map<.*>)$", text, re.M))
    body = text[text.index("  func.func") : text.index("\n}\n") if "{-#" not in text else text.index("\n}\n\n{-#")]
    if "dense_resource" in body:
        raise ValueError(f"{case.name}: a constant of the graph is a resource; make it an input")
    body = re.sub(r" \{onnx.name = \"[^\"]*\"\}", "", body)
    body = re.sub(r"#map\d*", lambda m: maps[m.group()], body)
    work = [f"math = {{{', '.join(f'{k} = {float(v * rows * width)}' for k, v in case.math.items())}}}",
            f"reductions = {float(case.reductions * rows)}", f"low = {case.low}"]  # fmt: skip
    highest = max((int(v.max()) for v in model.inputs.values() if v.dtype == np.int64), default=1)
    work.append(f"highest = {highest} : i64")
    body = body.replace("{\n", f"attributes {{{', '.join(work)}}} {{\n", 1)
    return body.replace("@main", f'@"{case.name}/{rows}x{width}"', 1)


def main() -> int:
    path = Path(__file__).resolve().parent.parent / "kernels" / "rows.mlir"
    functions = [_function(case, m, n) for case in CASES.values() for m, n in case.sizes]
    head = "// Written by benchmark/models/row_cases.py: memory-bound kernels as graph ops.\nmodule {\n"
    path.write_text(head + "\n".join(functions) + "\n}\n")
    print(f"{len(functions)} cases")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
