"""Six graphs without contractions: speed is bytes and vector math alone."""

import numpy as np

from .graph import GraphBuilder, Model
from .layers import adam, gelu_erf, silu


def ln_gelu_residual(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    rows, width = {"full": (2048, 1024), "small": (13, 71)}[size]
    rows *= batch
    g = GraphBuilder("ln_gelu_residual", seed=seed)
    x, r = (g.input(n, (rows, width), g.normal(rows, width)) for n in ("x", "r"))
    scale, shift = (g.input(n, (width,), g.normal(width)) for n in ("g", "b"))
    h = g.like("LayerNormalization", x + r, scale, shift, axis=-1, epsilon=1e-5)
    return g.finish(gelu_erf(g, h) * x)


def masked_softmax(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    heads, length = {"full": (12, 512), "small": (3, 37)}[size]
    heads *= batch
    g = GraphBuilder("masked_softmax", seed=seed)
    x = g.input("x", (heads, length, length), g.normal(heads, length, length))
    m = g.input("m", (length, length), g.normal(length, length))
    return g.finish(g.softmax(x * 0.125 + m))


def bias_dropout_scale(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    rows, width = {"full": (4096, 1024), "small": (11, 67)}[size]
    rows *= batch
    g = GraphBuilder("bias_dropout_scale", seed=seed)
    x = g.input("x", (rows, width), g.normal(rows, width))
    b = g.input("b", (width,), g.normal(width))
    m = g.input("m", (rows, width), (g.uniform(0, 1, rows, width) > 0.2).astype(np.float32))
    r = g.input("r", (rows, width), g.normal(rows, width))
    return g.finish((x + b) * m * 1.25 + r)


def rms_rope_swiglu(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    tokens, heads, width = {"full": (1024, 16, 64), "small": (7, 3, 10)}[size]
    tokens *= batch
    g = GraphBuilder("rms_rope_swiglu", seed=seed)
    x = g.input("x", (tokens, heads, width), g.normal(tokens, heads, width))
    scale = g.input("g", (width,), g.normal(width))
    c, s = (g.input(n, (tokens, 1, width), g.normal(tokens, 1, width)) for n in ("c", "s"))
    u = g.input("u", (tokens, heads, width), g.normal(tokens, heads, width))
    mean = g.reduce("ReduceMean", x * x, -1)
    y = x * g.op("Reciprocal", g.op("Sqrt", mean + 1e-6)) * scale
    half = width // 2
    turned = g.concat([-g.slice(y, -1, half, width), g.slice(y, -1, 0, half)], -1)
    return g.finish((y * c + turned * s) * silu(g, u))


def adam_update(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    count = {"full": 4_000_000, "small": 1009}[size] * batch
    g = GraphBuilder("adam_update", seed=seed)
    p, m, v, grad = (g.input(n, (count,), g.uniform(0, 1, count)) for n in ("p", "m", "v", "g"))
    return g.finish(*adam(g, p, m, v, grad))


def two_reductions(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    count, channels, side = {"full": (8, 64, 56), "small": (2, 5, 9)}[size]
    count *= batch
    g = GraphBuilder("two_reductions", seed=seed)
    x = g.input("x", (count, channels, side, side), g.normal(count, channels, side, side))
    centred = x - g.reduce("ReduceMean", x, 2, 3)
    variance = g.reduce("ReduceMean", centred * centred, 2, 3)
    y = g.op("Relu", centred * g.op("Reciprocal", g.op("Sqrt", variance + 1e-5)))
    return g.finish(g.reduce("ReduceMax", y, 1, keepdims=False))
