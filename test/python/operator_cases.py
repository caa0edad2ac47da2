"""Single-operator models with awkward data: odd and prime sizes, 0 and 1, broadcasts, NaN, infinities, signed zeros.

A case is a node, its inputs, and which of them are constants of the graph. `model(case, symbolic=True)` gives every input dim a
name (equal sizes share one; 1 stays, since it broadcasts), so the same values also go through the dynamic path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 20
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, 3.0e38, -1.0, 1.0, 0.5], np.float32)


@dataclass(frozen=True)
class Case:
    name: str
    op: str
    inputs: tuple[np.ndarray | None, ...]
    constants: tuple[int, ...] = ()
    attributes: dict = field(default_factory=dict)
    outputs: int = 1
    tolerance: float = 2e-6
    # With symbolic sizes the operator is refused: what it would have to compute depends on them.
    refused: bool = False

    def feeds(self) -> dict[str, np.ndarray]:
        return {f"x{i}": x for i, x in enumerate(self.inputs) if x is not None and i not in self.constants}


def model(case: Case, *, symbolic: bool = False) -> onnx.ModelProto:
    def info(name, x):
        shape = [f"n{d}" if symbolic and d != 1 else d for d in x.shape]
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), shape)

    names = [f"x{i}" if x is not None else "" for i, x in enumerate(case.inputs)]
    results = [f"y{i}" for i in range(case.outputs)]
    node = helper.make_node(case.op, names, results, name="node", **case.attributes)
    graph = helper.make_graph(
        [node], "case", [info(n, x) for n, x in case.feeds().items()], [onnx.ValueInfoProto(name=r) for r in results],
        [numpy_helper.from_array(case.inputs[i], f"x{i}") for i in case.constants],
    )  # fmt: skip
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    inferred = onnx.shape_inference.infer_shapes(proto, strict_mode=True, data_prop=True)
    return inferred


def normal(rng, *shape, dtype=np.float32):
    return np.asarray(rng.standard_normal(shape) * 2).astype(dtype)


def ints(*values):
    return np.array(values, np.int64)


UNARY = ("Abs", "Neg", "Exp", "Tanh", "Sigmoid", "Relu", "Erf", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Softplus",
         "HardSwish", "Softsign", "Elu", "LeakyRelu", "Selu", "HardSigmoid", "Reciprocal", "Gelu", "Mish")  # fmt: skip
POSITIVE = ("Sqrt", "Log")
BINARY = ("Add", "Sub", "Mul", "Div", "Max", "Min")
COMPARE = ("Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal")
SHAPES = ((7,), (3, 17), (2, 3, 5, 7), (1, 1), (64, 33), (0, 4), ())
BROADCASTS = (((5, 1), (7,)), ((2, 1, 4, 1), (3, 1, 5)), ((), (3, 2)), ((1, 67), (13, 1)), ((0, 3), (1, 3)))


def elementwise(rng) -> Iterator[Case]:
    for op in UNARY:
        yield Case(f"{op}-special", op, (np.resize(SPECIAL, 37),), tolerance=4e-6)
        for shape in SHAPES:
            yield Case(f"{op}-{shape}", op, (normal(rng, *shape),), tolerance=4e-6)
    for op in POSITIVE:
        yield Case(f"{op}-special", op, (np.resize(np.abs(SPECIAL), 37),))
        yield Case(op, op, (np.abs(normal(rng, 11, 13)),))
    for op in BINARY + COMPARE:
        special = np.meshgrid(SPECIAL, SPECIAL)
        yield Case(f"{op}-special", op, (special[0], special[1]))
        for left, right in BROADCASTS:
            yield Case(f"{op}-{left}-{right}", op, (normal(rng, *left), normal(rng, *right)))
    for dtype in (np.int32, np.int64):
        pair = [rng.integers(1, 50, s).astype(dtype) for s in ((4, 9), (9,))]
        for op in ("Add", "Sub", "Mul", "Div", "Max", "Min", "Less", "Equal"):
            yield Case(f"{op}-{dtype.__name__}", op, tuple(pair))
    mask = rng.random((5, 1, 3)) > 0.5
    yield Case("Where", "Where", (mask, normal(rng, 4, 3), normal(rng, 5, 4, 1)))
    yield Case("Pow", "Pow", (np.abs(normal(rng, 6, 7)), normal(rng, 7)), tolerance=1e-5)
    yield Case("Clip", "Clip", (normal(rng, 9, 5), np.float32(-0.5), np.float32(1.25)), constants=(1, 2))
    yield Case("PRelu", "PRelu", (normal(rng, 2, 3, 5), normal(rng, 3, 1)))
    for op in ("And", "Or", "Xor"):
        yield Case(op, op, (rng.random((3, 5)) > 0.5, rng.random(5) > 0.5))
    yield Case("Not", "Not", (rng.random((3, 5)) > 0.5,))


def casts(rng) -> Iterator[Case]:
    kinds = {np.float32: 1, np.int32: 6, np.int64: 7, np.bool_: 9, np.float16: 10, np.float64: 11, np.uint8: 2, np.int8: 3}
    for source in kinds:
        for target, code in kinds.items():
            x = rng.integers(0, 100, (5, 7)).astype(source)
            yield Case(f"Cast-{source.__name__}-{target.__name__}", "Cast", (x,), attributes={"to": code})


def reductions(rng) -> Iterator[Case]:
    ops = ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
           "ReduceLogSumExp")  # fmt: skip
    for op in ops:
        for shape, axes in (((3, 17), (1,)), ((3, 17), (0,)), ((2, 3, 5, 7), (1, 3)), ((2, 3, 5, 7), (-1,)), ((1031,), (0,)),
                            ((4, 1, 6), (1,)), ((5, 3), (0, 1))):  # fmt: skip
            for keep in (0, 1):
                yield Case(f"{op}-{shape}-{axes}-{keep}", op, (normal(rng, *shape), ints(*axes)), constants=(1,),
                           attributes={"keepdims": keep}, tolerance=2e-5 if op == "ReduceProd" else 4e-6)  # fmt: skip
        yield Case(f"{op}-all", op, (normal(rng, 3, 4, 5),), tolerance=1e-5)
    for op in ("ArgMax", "ArgMin"):
        for axis in (0, 1, -1):
            for last in (0, 1):
                x = rng.integers(0, 4, (4, 5, 7)).astype(np.float32)
                yield Case(f"{op}-{axis}-{last}", op, (x,), attributes={"axis": axis, "select_last_index": last})
    for axis in (0, 1, 2, -1):
        x = normal(rng, 3, 5, 37)
        yield Case(f"Softmax-{axis}", "Softmax", (x,), attributes={"axis": axis})
        yield Case(f"LogSoftmax-{axis}", "LogSoftmax", (x,), attributes={"axis": axis}, tolerance=4e-6)
    yield Case("Softmax-large", "Softmax", (normal(rng, 5, 257) * 200,))
    masked = np.full((3, 9), -np.inf, np.float32)
    masked[0, 2], masked[1, 4:] = 1.0, 2.0
    masked[2] = np.linspace(-3.0e38, 3.0e38, 9)
    yield Case("Softmax-masked", "Softmax", (masked,))
    for exclusive in (0, 1):
        for reverse in (0, 1):
            yield Case(f"CumSum-{exclusive}-{reverse}", "CumSum", (normal(rng, 3, 11, 5), np.array(1, np.int64)), (1,),
                       {"exclusive": exclusive, "reverse": reverse})  # fmt: skip


def normalizations(rng) -> Iterator[Case]:
    for shape, axis in (((4, 37), -1), ((2, 3, 5, 8), 2), ((7, 1), -1), ((1, 1024), -1)):
        inner = shape[axis:]
        yield Case(f"LayerNormalization-{shape}-{axis}", "LayerNormalization",
                   (normal(rng, *shape) + 3, normal(rng, *inner), normal(rng, *inner)), attributes={"axis": axis},
                   tolerance=1e-5)  # fmt: skip
    x = normal(rng, 2, 6, 5, 7)
    parts = [normal(rng, 6) for _ in range(3)] + [np.abs(normal(rng, 6)) + 0.1]
    yield Case("BatchNormalization", "BatchNormalization", (x, *parts), constants=(1, 2, 3, 4), tolerance=1e-5)
    yield Case("BatchNormalization-fed", "BatchNormalization", (x, *parts), tolerance=1e-5)
    yield Case("InstanceNormalization", "InstanceNormalization", (x, parts[0], parts[1]), tolerance=1e-5)
    yield Case("LRN", "LRN", (x,), attributes={"size": 3, "alpha": 0.01, "beta": 0.7, "bias": 1.2}, tolerance=1e-5)


def contractions(rng) -> Iterator[Case]:
    pairs = (((5, 7), (7, 3)), ((1, 1), (1, 1)), ((2, 3, 5, 7), (7, 11)), ((2, 3, 5, 7), (2, 1, 7, 4)), ((64, 64), (64, 64)),
             ((3, 4, 5), (5,)), ((5,), (5, 3)), ((5,), (5,)), ((197, 65), (65, 100)), ((1, 512), (512, 33)), ((0, 4), (4, 3)),
             ((4, 0), (0, 3)), ((1, 5, 7), (3, 7, 2)))  # fmt: skip
    for left, right in pairs:
        for constant in ((), (1,)):
            yield Case(f"MatMul-{left}-{right}-{len(constant)}", "MatMul", (normal(rng, *left), normal(rng, *right)), constant,
                       tolerance=4e-6)  # fmt: skip
    for ta in (0, 1):
        for tb in (0, 1):
            a, b = normal(rng, *((17, 5) if ta else (5, 17))), normal(rng, *((19, 17) if tb else (17, 19)))
            for c in (None, normal(rng, 19), normal(rng, 5, 1), normal(rng, 5, 19), np.float32(2.0)):
                shape = "none" if c is None else c.shape
                inputs = (a, b) if c is None else (a, b, np.asarray(c))
                yield Case(f"Gemm-{ta}{tb}-{shape}", "Gemm", inputs, (1,),
                           {"transA": ta, "transB": tb, "alpha": 0.5, "beta": 1.5}, tolerance=4e-6)  # fmt: skip


def windows(rng) -> Iterator[Case]:
    def conv(name, x, w, bias=True, refused=False, **attributes):
        inputs = (normal(rng, *x), normal(rng, *w)) + ((normal(rng, w[0]),) if bias else ())
        yield Case(f"Conv-{name}", "Conv", inputs, tuple(range(1, len(inputs))), attributes, tolerance=4e-6,
                   refused=refused)  # fmt: skip

    yield from conv("plain", (1, 3, 9, 11), (8, 3, 3, 3))
    yield from conv("no-bias", (2, 5, 7, 7), (4, 5, 3, 3), bias=False, pads=[1, 1, 1, 1])
    yield from conv("stem", (1, 3, 33, 31), (16, 3, 7, 7), pads=[3, 3, 3, 3], strides=[2, 2])
    yield from conv("pointwise", (2, 17, 5, 6), (33, 17, 1, 1))
    yield from conv("pointwise-strided", (1, 16, 9, 9), (8, 16, 1, 1), strides=[2, 2])
    yield from conv("asymmetric", (1, 4, 8, 9), (6, 4, 2, 3), pads=[0, 1, 2, 1], strides=[1, 2])
    yield from conv("dilated", (1, 4, 13, 13), (5, 4, 3, 3), dilations=[2, 3], pads=[2, 2, 2, 2])
    yield from conv("grouped", (1, 12, 7, 7), (8, 3, 3, 3), group=4, pads=[1, 1, 1, 1])
    yield from conv("depthwise", (1, 19, 9, 8), (19, 1, 3, 3), group=19, pads=[1, 1, 1, 1])
    yield from conv("depthwise-strided", (2, 32, 11, 11), (32, 1, 3, 3), group=32, pads=[1, 1, 1, 1], strides=[2, 2])
    yield from conv("one-dim", (2, 5, 17), (7, 5, 3), pads=[1, 1])
    yield from conv("three-dim", (1, 3, 5, 6, 7), (4, 3, 2, 3, 2))
    yield from conv("same-upper", (1, 3, 8, 8), (4, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2], refused=True)
    weight = normal(rng, 6, 4, 2, 2)
    yield Case("ConvTranspose", "ConvTranspose", (normal(rng, 1, 6, 5, 7), weight, normal(rng, 4)), (1, 2),
               {"strides": [2, 2]}, tolerance=4e-6)  # fmt: skip
    yield Case("ConvTranspose-blocks-3x2", "ConvTranspose", (normal(rng, 2, 7, 5, 3), normal(rng, 7, 19, 3, 2)), (1,),
               {"strides": [3, 2]}, tolerance=4e-6)  # fmt: skip
    yield Case("ConvTranspose-one-dim", "ConvTranspose", (normal(rng, 1, 3, 11), normal(rng, 3, 2, 4)), (1,),
               {"strides": [4]}, tolerance=4e-6)  # fmt: skip
    yield Case("ConvTranspose-overlap", "ConvTranspose", (normal(rng, 1, 6, 5, 4), normal(rng, 6, 4, 3, 3)), (1,),
               {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}, tolerance=4e-6)  # fmt: skip
    x = normal(rng, 2, 5, 11, 9)
    pools = {
        "plain": dict(kernel_shape=[2, 2], strides=[2, 2]),
        "padded": dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        "ceil": dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        "uneven": dict(kernel_shape=[2, 3], strides=[1, 2], pads=[0, 1, 1, 0]),
    }
    for name, attributes in pools.items():
        yield Case(f"MaxPool-{name}", "MaxPool", (x,), attributes=attributes, refused=name == "ceil")
        yield Case(f"AveragePool-{name}", "AveragePool", (x,), attributes=attributes, refused=name != "plain")
    yield Case("AveragePool-counted", "AveragePool", (x,), attributes=pools["padded"] | {"count_include_pad": 1})
    yield Case("GlobalAveragePool", "GlobalAveragePool", (x,))
    yield Case("GlobalMaxPool", "GlobalMaxPool", (x,))


def layout(rng) -> Iterator[Case]:
    x = normal(rng, 2, 3, 5, 7)
    for perm in ((0, 2, 3, 1), (3, 2, 1, 0), (0, 1, 3, 2), (1, 0, 2, 3), (2, 0, 3, 1)):
        yield Case(f"Transpose-{perm}", "Transpose", (x,), attributes={"perm": list(perm)})
    yield Case("Transpose-wide", "Transpose", (normal(rng, 131, 67),), attributes={"perm": [1, 0]})
    for shape in ((6, 35), (0, -1, 7), (-1,), (2, 15, 1, 7)):
        yield Case(f"Reshape-{shape}", "Reshape", (x, ints(*shape)), (1,))
    for axis in range(5):
        yield Case(f"Flatten-{axis}", "Flatten", (x,), attributes={"axis": axis})
    yield Case("Unsqueeze", "Unsqueeze", (x, ints(0, -1)), (1,))
    yield Case("Squeeze", "Squeeze", (normal(rng, 1, 3, 1, 5), ints(0, 2)), (1,))
    for axis in (0, 1, -1):
        parts = tuple(normal(rng, *[d + (i if a == axis % 3 else 0) for a, d in enumerate((2, 3, 5))]) for i in range(3))
        yield Case(f"Concat-{axis}", "Concat", parts, attributes={"axis": axis})
    yield Case("Split-even", "Split", (normal(rng, 4, 9),), attributes={"axis": 1, "num_outputs": 3}, outputs=3, refused=True)
    yield Case("Split-sizes", "Split", (normal(rng, 4, 9), ints(2, 7)), (1,), {"axis": -1}, 2)
    slices = ((ints(1), ints(4), ints(2), ints(1)), (ints(0, -3), ints(2, 100), ints(0, 3), ints(1, 2)),
              (ints(-1), ints(-100), ints(3), ints(-1)), (ints(2), ints(2), ints(1), ints(1)))  # fmt: skip
    for i, bounds in enumerate(slices):
        yield Case(f"Slice-{i}", "Slice", (x, *bounds), (1, 2, 3, 4))
    yield Case("Expand", "Expand", (normal(rng, 3, 1), ints(2, 3, 5)), (1,))
    yield Case("Tile", "Tile", (normal(rng, 2, 3), ints(2, 3)), (1,))
    for mode in ("constant", "reflect", "edge"):
        yield Case(f"Pad-{mode}", "Pad", (x, ints(0, 1, 2, 0, 0, 0, 1, 3)), (1,), {"mode": mode}, refused=mode != "constant")
    yield Case("Pad-value", "Pad", (x, ints(0, 0, 0, 1, 1, 0, 0, 2), np.float32(1.5)), (1, 2))


def indexing(rng) -> Iterator[Case]:
    table = normal(rng, 11, 6)
    for axis in (0, 1):
        ids = rng.integers(-table.shape[axis], table.shape[axis], (2, 3))
        yield Case(f"Gather-{axis}", "Gather", (table, ids), attributes={"axis": axis})
    yield Case("Gather-scalar", "Gather", (table, np.array(-2, np.int64)), attributes={"axis": 0})
    yield Case("GatherElements", "GatherElements", (table, rng.integers(0, 11, (4, 6))), attributes={"axis": 0})
    yield Case("GatherND", "GatherND", (normal(rng, 4, 5, 3), rng.integers(0, 4, (6, 2))), refused=True)
    updates = normal(rng, 3, 6)
    rows = np.stack([rng.permutation(11)[:3] for _ in range(6)], 1)
    yield Case("ScatterElements", "ScatterElements", (table, rows, updates), attributes={"axis": 0})
    yield Case("ScatterND", "ScatterND", (table, rng.permutation(11)[:3].reshape(3, 1), updates))
    yield Case("OneHot", "OneHot", (rng.integers(0, 5, 7), np.array(5, np.int64), np.array([0.0, 1.0], np.float32)), (1, 2))
    yield Case("Trilu", "Trilu", (normal(rng, 5, 7),), attributes={"upper": 0})
    distinct = rng.permutation(7 * 13).reshape(7, 13).astype(np.float32)
    yield Case("TopK", "TopK", (distinct, ints(4)), (1,), {"axis": 1}, 2)


def all_cases(seed: int = 0) -> list[Case]:
    rng = np.random.default_rng(seed)
    families = (elementwise, casts, reductions, normalizations, contractions, windows, layout, indexing)
    return [case for family in families for case in family(rng)]
