"""Reverse-mode differentiation over the nodes of a GraphBuilder: the backward pass becomes plain ONNX nodes.

Each rule gets the builder, the node and the cotangent of the node's output, and returns one cotangent per input (None
where there is none). O(nodes); broadcast inputs get their cotangent summed back to their own shape.
"""

from __future__ import annotations

import math

import numpy as np

from .graph import GraphBuilder, Node, Value


def unbroadcast(g: GraphBuilder, ct: Value, shape: tuple[int, ...]) -> Value:
    """Sums a cotangent over the axes along which `shape` was broadcast."""
    lead = len(ct.shape) - len(shape)
    if lead:
        ct = g.reduce("ReduceSum", ct, *range(lead), keepdims=False)
    axes = [i for i, (wide, own) in enumerate(zip(ct.shape, shape)) if own == 1 and wide != 1]
    return g.reduce("ReduceSum", ct, *axes) if axes else ct


def swap_last(g: GraphBuilder, x: Value) -> Value:
    rank = len(x.shape)
    return g.transpose(x, *range(rank - 2), rank - 1, rank - 2)


def _matmul(g: GraphBuilder, node: Node, ct: Value):
    a, b = node.inputs
    return [unbroadcast(g, ct @ swap_last(g, b), a.shape), unbroadcast(g, swap_last(g, a) @ ct, b.shape)]


def _pow(g: GraphBuilder, node: Node, ct: Value):
    x, exponent = node.inputs
    power = g.scalar(exponent)
    return [ct * (x if power == 2.0 else g.op("Pow", x, power - 1.0)) * power, None]


def _reduced_axes(node: Node) -> tuple[list[int], int]:
    """Axes that a keepdims reduction removed, and the number of elements that went into each result."""
    source, result = node.inputs[0].shape, node.outputs[0].shape
    assert node.attributes["keepdims"] == 1, "only reductions that keep their axes are differentiated"
    axes = [i for i, (s, r) in enumerate(zip(source, result)) if s != r]
    return axes, math.prod(source[i] for i in axes)


def _mean(g: GraphBuilder, node: Node, ct: Value):
    count = _reduced_axes(node)[1]
    return [g.expand(ct, *node.inputs[0].shape) / float(count), None]


def _max(g: GraphBuilder, node: Node, ct: Value):
    """The cotangent is shared evenly among the places that hold the maximum."""
    x, largest = node.inputs[0], node.outputs[0]
    hit = g.op("Cast", g.op("Equal", x, largest, dtype=np.bool_), dtype=np.float32, to=1)
    return [hit / g.reduce("ReduceSum", hit, *_reduced_axes(node)[0]) * ct, None]


def _softmax(g: GraphBuilder, node: Node, ct: Value):
    y = node.outputs[0]
    weighted = ct * y
    return [weighted - y * g.reduce("ReduceSum", weighted, -1)]


def _transpose(g: GraphBuilder, node: Node, ct: Value):
    return [g.transpose(ct, *np.argsort(node.attributes["perm"]).tolist())]


RULES = {
    "Add": lambda g, n, ct: [ct, ct],
    "Sub": lambda g, n, ct: [ct, -ct],
    "Mul": lambda g, n, ct: [ct * n.inputs[1], ct * n.inputs[0]],
    "Div": lambda g, n, ct: [ct / n.inputs[1], -(ct * n.outputs[0] / n.inputs[1])],
    "Neg": lambda g, n, ct: [-ct],
    "Exp": lambda g, n, ct: [ct * n.outputs[0]],
    "Log": lambda g, n, ct: [ct / n.inputs[0]],
    "Sqrt": lambda g, n, ct: [ct / (n.outputs[0] * 2.0)],
    "Reciprocal": lambda g, n, ct: [-(ct * n.outputs[0] * n.outputs[0])],
    "Tanh": lambda g, n, ct: [ct * (g.constant(1.0) - n.outputs[0] * n.outputs[0])],
    "Pow": _pow,
    "MatMul": _matmul,
    "Softmax": _softmax,
    "ReduceSum": lambda g, n, ct: [g.expand(ct, *n.inputs[0].shape), None],
    "ReduceMean": _mean,
    "ReduceMax": _max,
    "Reshape": lambda g, n, ct: [g.reshape(ct, *n.inputs[0].shape), None],
    "Transpose": _transpose,
}


def gradients(g: GraphBuilder, loss: Value, wanted: list[Value]) -> list[Value]:
    """Adds the nodes that compute d loss / d wanted; the loss has one element.

    Rules also write the cotangents of constants; nothing reads those, so `finish` drops them.
    """
    forward = list(g.nodes)
    active = {v.name for v in wanted}
    for node in forward:
        if any(i.name in active for i in node.inputs):
            active.update(o.name for o in node.outputs)
    cotangents = {loss.name: g.constant(np.ones(loss.shape))}
    for node in reversed(forward):
        ct = cotangents.get(node.outputs[0].name)
        if ct is None:
            continue
        for value, part in zip(node.inputs, RULES[node.op](g, node, ct)):
            if part is None or value.name not in active:
                continue
            part = unbroadcast(g, part, value.shape)
            known = cotangents.get(value.name)
            cotangents[value.name] = part if known is None else known + part
    return [cotangents[v.name] for v in wanted]
