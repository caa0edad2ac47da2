"""Training steps with Adam: forward, backward and optimizer as plain nodes of one graph."""

from __future__ import annotations

import math

import numpy as np

from .gradient import gradients
from .graph import GraphBuilder, Model, Value
from .layers import adam, rms_norm

SIZES = {
    "full": dict(rows=256, width=512, inner=2048, classes=1000, heads=8, length=128),
    "small": dict(rows=23, width=24, inner=40, classes=13, heads=3, length=11),
}


def gelu_tanh(g: GraphBuilder, x: Value) -> Value:
    """The tanh approximation of GELU in the products that PyTorch's decomposition writes."""
    inner = (x + x * x * x * 0.044715) * math.sqrt(2.0 / math.pi)
    return x * 0.5 * (g.op("Tanh", inner) + 1.0)


def layer_norm(g: GraphBuilder, x: Value, scale: Value, shift: Value) -> Value:
    centred = x - g.reduce("ReduceMean", x, -1)
    variance = g.reduce("ReduceMean", centred * centred, -1)
    return centred * g.op("Reciprocal", g.op("Sqrt", variance + 1e-5)) * scale + shift


def cross_entropy(g: GraphBuilder, logits: Value, target: Value) -> Value:
    """Mean over rows of the softmax cross entropy against one-hot rows; the result has shape [1, 1]."""
    z = logits - g.reduce("ReduceMax", logits, -1)
    z = z - g.op("Log", g.reduce("ReduceSum", g.op("Exp", z), -1))
    return -g.reduce("ReduceMean", g.reduce("ReduceSum", z * target, -1), 0)


def one_hot(g: GraphBuilder, rows: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[g.rng.integers(0, classes, rows)]


def with_adam(g: GraphBuilder, loss: Value, parameters: dict[str, Value]) -> Model:
    """Outputs the loss, then for each parameter its stepped value and both moments."""
    outputs, names = [g.reshape(loss)], ["loss"]
    for (name, p), grad in zip(parameters.items(), gradients(g, loss, list(parameters.values()))):
        m = g.input(name + "_m", p.shape, np.zeros(p.shape, np.float32))
        v = g.input(name + "_v", p.shape, g.uniform(0.0, 1e-4, *p.shape))
        outputs += adam(g, p, m, v, grad)
        names += [f"{name}_next", f"{name}_m_next", f"{name}_v_next"]
    return g.finish(*outputs, names=tuple(names))


def inputs_of(g: GraphBuilder, shapes: dict[str, tuple[int, ...]]) -> dict[str, Value]:
    """Trained parameters are graph inputs: matrices scaled by their fan-in, vectors near one (scales) or near zero."""
    parameters = {}
    for name, shape in shapes.items():
        array = g.normal(*shape, scale=shape[0] ** -0.5) if len(shape) > 1 else g.normal(*shape, scale=0.1)
        parameters[name] = g.input(name, shape, array + np.float32(1.0) if name.startswith("gain") else array)
    return parameters


def train_step(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    """The MLP of a transformer block with residual, LayerNorm and softmax cross entropy."""
    s = SIZES[size]
    rows, width, inner, classes = s["rows"] * batch, s["width"], s["inner"], s["classes"]
    g = GraphBuilder("train_step", seed=seed)
    x = g.input("x", (rows, width), g.normal(rows, width))
    y = g.input("y", (rows, classes), one_hot(g, rows, classes))
    p = inputs_of(g, {
        "w1": (width, inner), "b1": (inner,), "w2": (inner, width), "b2": (width,),
        "gain": (width,), "shift": (width,), "wo": (width, classes),
    })  # fmt: skip
    h = gelu_tanh(g, x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"] + x
    h = layer_norm(g, h, p["gain"], p["shift"])
    return with_adam(g, cross_entropy(g, h @ p["wo"], y), p)


def train_block(*, size: str = "full", batch: int = 2, seed: int = 0) -> Model:
    """A whole pre-norm transformer block: attention, MLP, class logits per token, softmax cross entropy."""
    s = SIZES[size]
    width, inner, classes, length = s["width"], s["inner"], s["classes"], s["length"]
    g = GraphBuilder("train_block", seed=seed)
    x = g.input("x", (batch, length, width), g.normal(batch, length, width))
    y = g.input("y", (batch * length, classes), one_hot(g, batch * length, classes))
    p = inputs_of(g, {
        "gain1": (width,), "wq": (width, width), "wk": (width, width), "wv": (width, width), "wo": (width, width),
        "gain2": (width,), "w1": (width, inner), "b1": (inner,), "w2": (inner, width), "b2": (width,),
        "head": (width, classes),
    })  # fmt: skip

    def split_heads(z: Value) -> Value:
        return g.transpose(g.reshape(z, batch, length, s["heads"], width // s["heads"]), 0, 2, 1, 3)

    n = rms_norm(g, x, p["gain1"], 1e-6)
    q, k, v = (split_heads(n @ p[w]) for w in ("wq", "wk", "wv"))
    scores = (q @ g.transpose(k, 0, 1, 3, 2)) * (width // s["heads"]) ** -0.5
    mixed = g.transpose(g.softmax(scores) @ v, 0, 2, 1, 3)
    x = x + g.reshape(mixed, batch, length, width) @ p["wo"]
    n = rms_norm(g, x, p["gain2"], 1e-6)
    x = x + gelu_tanh(g, n @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
    return with_adam(g, cross_entropy(g, g.reshape(x, batch * length, width) @ p["head"], y), p)
