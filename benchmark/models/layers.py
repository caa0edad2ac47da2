"""Layers that several model families share, each emitted as the nodes that PyTorch's exporter writes."""

from __future__ import annotations

import math

import numpy as np

from .graph import Dim, GraphBuilder, Value


def token_ids(g: GraphBuilder, batch: int, length: int, vocabulary: int) -> np.ndarray:
    return g.rng.integers(0, vocabulary, (batch, length), dtype=np.int64)


def images(g: GraphBuilder, batch: int, size: int, channels: int = 3) -> np.ndarray:
    """Noise on random coarse patches: pictures that still differ from each other after global pooling."""
    cells = max(1, size // 8)
    coarse = g.normal(batch, channels, 8, 8, scale=1.5) * g.uniform(0.3, 1.5, batch, channels, 1, 1)
    wide = np.repeat(np.repeat(coarse, cells + 1, 2), cells + 1, 3)[:, :, :size, :size]
    return (wide + g.normal(batch, channels, size, size, scale=0.5)).astype(np.float32)


def linear(g: GraphBuilder, x: Value, name: str, features: int, *, bias: bool = True, gain: float = 1.0) -> Value:
    """A linear layer: Gemm on two-dimensional input, MatMul (+ Add) on more."""
    inner = x.shape[-1]
    if len(x.shape) == 2 and bias:
        weight = g.scaled(name + ".weight", (features, inner), inner, gain)
        return g.gemm(x, weight, g.weight(name + ".bias", g.normal(features, scale=0.1)))
    y = x @ g.scaled(name + ".weight", (inner, features), inner, gain)
    return g.weight(name + ".bias", g.normal(features, scale=0.1)) + y if bias else y


def layer_norm(g: GraphBuilder, x: Value, name: str, epsilon: float = 1e-5) -> Value:
    scale = g.weight(name + ".weight", g.uniform(0.5, 1.5, x.shape[-1]))
    shift = g.weight(name + ".bias", g.normal(x.shape[-1], scale=0.1))
    return g.like("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)


def rms_norm(g: GraphBuilder, x: Value, scale: Value, epsilon: float) -> Value:
    """RMSNorm in the primitives of opset 18."""
    mean = g.reduce("ReduceMean", g.op("Pow", x, 2.0), -1)
    return x * g.op("Reciprocal", g.op("Sqrt", mean + epsilon)) * scale


def gelu_erf(g: GraphBuilder, x: Value) -> Value:
    """The exact GELU where the opset has no Gelu operator."""
    return x * (g.op("Erf", x * math.sqrt(0.5)) + 1.0) * 0.5


def gelu_tanh(g: GraphBuilder, x: Value) -> Value:
    """The tanh approximation of GELU as transformers' NewGELU writes it."""
    inner = (x + g.op("Pow", x, 3.0) * 0.044715) * math.sqrt(2.0 / math.pi)
    return x * 0.5 * (g.op("Tanh", inner) + 1.0)


def silu(g: GraphBuilder, x: Value) -> Value:
    return x * g.op("Sigmoid", x)


def heads(g: GraphBuilder, x: Value, count: int) -> Value:
    """[batch, length, width] -> [batch, count, length, width / count]."""
    batch, length, width = x.shape
    return g.transpose(g.reshape(x, batch, length, count, width // count), 0, 2, 1, 3)


def merge_heads(g: GraphBuilder, x: Value) -> Value:
    """[batch, count, length, size] -> [batch, length, count * size]."""
    batch, count, length, size = x.shape
    return g.reshape(g.transpose(x, 0, 2, 1, 3), batch, length, count * size)


def attention(g: GraphBuilder, q: Value, k: Value, v: Value, mask: Value | None = None) -> Value:
    """Softmax attention over heads [batch, heads, length, size], with an additive mask."""
    scores = (q @ g.transpose(k, 0, 1, 3, 2)) * (1.0 / math.sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores + mask
    return merge_heads(g, g.softmax(scores) @ v)


def causal_mask(g: GraphBuilder, length: Dim) -> Value:
    allowed = np.tril(np.ones((length, length), bool))
    return g.constant(np.where(allowed, 0.0, np.finfo(np.float32).min)[None, None])


def conv(g: GraphBuilder, x: Value, name: str, channels: int, kernel: int, *, stride=1, pad=None, groups=1,
         bias=False, gain=2.0) -> Value:  # fmt: skip
    """A convolution with He-scaled weights; the padding keeps the size unless it is given."""
    inner = x.shape[1] // groups
    weight = g.scaled(name + ".weight", (channels, inner, kernel, kernel), inner * kernel * kernel, gain)
    shift = g.weight(name + ".bias", g.normal(channels, scale=0.1)) if bias else None
    return g.conv(x, weight, shift, stride=stride, pad=kernel // 2 if pad is None else pad, groups=groups)


def batch_norm(g: GraphBuilder, x: Value, name: str, epsilon: float = 1e-5) -> Value:
    """Inference-time batch normalization with statistics near those of a unit signal."""
    channels = x.shape[1]
    scale = g.weight(name + ".weight", g.uniform(0.7, 1.3, channels))
    shift = g.weight(name + ".bias", g.normal(channels, scale=0.2))
    mean = g.weight(name + ".running_mean", g.normal(channels, scale=0.1))
    variance = g.weight(name + ".running_var", g.uniform(0.7, 1.3, channels))
    return g.like("BatchNormalization", x, scale, shift, mean, variance, epsilon=epsilon, momentum=0.9)


def group_norm(g: GraphBuilder, x: Value, name: str, groups: int, epsilon: float = 1e-5) -> Value:
    """Group normalization as exporters write it: InstanceNormalization over a reshaped input, then scale and shift."""
    batch, channels, *size = x.shape
    flat = g.reshape(x, 0, groups, -1)
    ones, zeros = g.constant(np.ones(groups)), g.constant(np.zeros(groups))
    normal = g.like("InstanceNormalization", flat, ones, zeros, epsilon=epsilon)
    back = g.like("Reshape", normal, g.constant(x.shape, np.int64), shape=x.shape)
    scale = g.weight(name + ".weight", g.uniform(0.5, 1.5, channels, 1, 1))
    shift = g.weight(name + ".bias", g.normal(channels, 1, 1, scale=0.1))
    return back * scale + shift


def adam(g: GraphBuilder, p: Value, m: Value, v: Value, grad: Value) -> tuple[Value, Value, Value]:
    """The first step of Adam (rate 1e-3, decays 0.9 and 0.999): the stepped parameter and both moments."""
    m = m * 0.9 + grad * 0.1
    v = v * 0.999 + grad * 0.001 * grad
    return p - (m / 0.1 * 1e-3) / (g.op("Sqrt", v / 0.001) + 1e-8), m, v
