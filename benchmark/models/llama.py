"""One decode step of Llama-like layers: RMSNorm, rotary embedding, grouped-query attention over a growing KV cache, SwiGLU."""

import math

import numpy as np

from .graph import GraphBuilder, Model, Value
from .layers import linear, merge_heads, rms_norm, silu

SIZES = {
    "full": dict(layers=4, width=1024, heads=16, kv=4, inner=2816, cache=512),
    "small": dict(layers=2, width=32, heads=4, kv=2, inner=56, cache=13),
}


def rope(g: GraphBuilder, x: Value, cos: Value, sin: Value) -> Value:
    half, other = g.split(x, 2)
    return x * cos + g.concat([-other, half], -1) * sin


def repeat_heads(g: GraphBuilder, x: Value, times: int) -> Value:
    batch, kv, length, size = x.shape
    wide = g.expand(g.unsqueeze(x, 2), batch, kv, times, length, size)
    return g.reshape(wide, batch, kv * times, length, size)


def attend(g: GraphBuilder, q: Value, k: Value, v: Value) -> Value:
    times = q.shape[1] // k.shape[1]
    scores = q @ g.transpose(repeat_heads(g, k, times), 0, 1, 3, 2)
    return merge_heads(g, g.softmax(scores / math.sqrt(q.shape[-1])) @ repeat_heads(g, v, times))


def layer(g: GraphBuilder, x: Value, name: str, s: dict, caches: tuple[Value, Value], angles: tuple[Value, Value]):
    """Returns the layer's output and its grown key and value caches."""
    batch, tokens, width = x.shape
    size = width // s["heads"]

    def project(y, part, count):
        rows = linear(g, y, f"{name}.{part}", count * size, bias=False)
        return g.transpose(g.reshape(rows, batch, tokens, count, size), 0, 2, 1, 3)

    def norm(y, part):
        return rms_norm(g, y, g.weight(f"{name}.{part}.weight", g.uniform(0.5, 1.5, width)), 1.1920929e-07)

    y = norm(x, "n1")
    q = rope(g, project(y, "q", s["heads"]), *angles)
    k = g.concat([caches[0], rope(g, project(y, "k", s["kv"]), *angles)], 2)
    v = g.concat([caches[1], project(y, "v", s["kv"])], 2)
    x = x + linear(g, attend(g, q, k, v), name + ".o", width, bias=False)
    y = norm(x, "n2")
    y = silu(g, linear(g, y, name + ".g", s["inner"], bias=False)) * linear(g, y, name + ".u", s["inner"], bias=False)
    return x + linear(g, y, name + ".w", width, bias=False, gain=2.0), k, v


def llama_decode(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("llama_decode", seed=seed)
    head = s["width"] // s["heads"]
    cache = (s["layers"], batch, s["kv"], s["cache"], head)
    x = g.input("x", (batch, 1, s["width"]), g.normal(batch, 1, s["width"]))
    kc, vc = (g.input(n, cache, g.normal(*cache)) for n in ("kc", "vc"))
    angle = g.uniform(0.0, 6.0, 1, 1, 1, head)
    angles = tuple(g.input(n, angle.shape, f(angle).astype(np.float32)) for n, f in (("cos", np.cos), ("sin", np.sin)))
    keys, values = [], []
    for i in range(s["layers"]):
        x, k, v = layer(g, x, f"L.{i}", s, (g.select(kc, 0, i), g.select(vc, 0, i)), angles)
        keys.append(g.unsqueeze(k, 0))
        values.append(g.unsqueeze(v, 0))
    return g.finish(x, g.concat(keys, 0), g.concat(values, 0), names=("hidden", "keys", "values"))
