"""MobileNet-V2: inverted residuals with depthwise convolutions and ReLU6, up to the pooled features."""

import numpy as np

from .graph import GraphBuilder, Model, Value
from .layers import batch_norm, conv, images

# (expansion, channels, repeats, first stride) of each group of blocks
SIZES = {
    "full": dict(image=224, stem=32, head=1280, blocks=(
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))),
    "small": dict(image=32, stem=8, head=40, blocks=((1, 8, 1, 1), (3, 12, 2, 2), (3, 20, 1, 2))),
}  # fmt: skip


def conv_norm(g: GraphBuilder, x: Value, name: str, channels: int, kernel: int, *, stride=1, groups=1,
              clip=True) -> Value:  # fmt: skip
    gain = 2.0 if clip else 1.0
    y = conv(g, x, name + ".convolution", channels, kernel, stride=stride, groups=groups, gain=gain)
    y = batch_norm(g, y, name + ".normalization", epsilon=1e-3)
    return g.like("Clip", y, g.constant(0.0), g.constant(np.float32(6.0))) if clip else y


def inverted_residual(g: GraphBuilder, x: Value, name: str, expansion: int, channels: int, stride: int) -> Value:
    inner = x.shape[1] * expansion
    y = conv_norm(g, x, name + ".expand_1x1", inner, 1) if expansion > 1 else x
    y = conv_norm(g, y, name + ".conv_3x3", inner, 3, stride=stride, groups=inner)
    y = conv_norm(g, y, name + ".reduce_1x1", channels, 1, clip=False)
    return x + y if x.shape == y.shape else y


def mobilenet_v2(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("mobilenet_v2", seed=seed)
    x = g.input("pixel_values", (batch, 3, s["image"], s["image"]), images(g, batch, s["image"]))
    x = conv_norm(g, x, "conv_stem", s["stem"], 3, stride=2)
    for group, (expansion, channels, repeats, stride) in enumerate(s["blocks"]):
        for block in range(repeats):
            name = f"layer.{group}.{block}"
            x = inverted_residual(g, x, name, expansion, channels, stride if block == 0 else 1)
    x = conv_norm(g, x, "conv_1x1", s["head"], 1)
    x = g.like("GlobalAveragePool", x, shape=(*x.shape[:2], 1, 1))
    return g.finish(g.like("Flatten", x, shape=x.shape[:2], axis=1), names=("pooler_output",))
