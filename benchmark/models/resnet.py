"""ResNet with bottleneck blocks, up to the pooled features."""

from .graph import GraphBuilder, Model, Value
from .layers import batch_norm, conv, images

SIZES = {
    "full": dict(image=224, stem=64, widths=(256, 512, 1024, 2048), depths=(3, 4, 6, 3)),
    "small": dict(image=32, stem=8, widths=(16, 32), depths=(1, 2)),
}


def conv_norm(g: GraphBuilder, x: Value, name: str, channels: int, kernel: int, stride: int = 1, gain=2.0) -> Value:
    return batch_norm(g, conv(g, x, name + ".convolution", channels, kernel, stride=stride, gain=gain), name + ".norm")


def bottleneck(g: GraphBuilder, x: Value, name: str, channels: int, stride: int) -> Value:
    y = g.op("Relu", conv_norm(g, x, name + ".layer.0", channels // 4, 1))
    y = g.op("Relu", conv_norm(g, y, name + ".layer.1", channels // 4, 3, stride))
    y = conv_norm(g, y, name + ".layer.2", channels, 1, gain=0.5)
    if x.shape != y.shape:
        x = conv_norm(g, x, name + ".shortcut", channels, 1, stride, gain=1.0)
    return g.op("Relu", y + x)


def resnet50(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("resnet50", seed=seed)
    x = g.input("pixel_values", (batch, 3, s["image"], s["image"]), images(g, batch, s["image"]))
    x = g.op("Relu", conv_norm(g, x, "embedder", s["stem"], 7, 2))
    x = g.max_pool(x, 3, 2, 1)
    for stage, (width, depth) in enumerate(zip(s["widths"], s["depths"])):
        for block in range(depth):
            stride = 2 if stage > 0 and block == 0 else 1
            x = bottleneck(g, x, f"encoder.stages.{stage}.layers.{block}", width, stride)
    return g.finish(g.like("GlobalAveragePool", x, shape=(*x.shape[:2], 1, 1)), names=("pooler_output",))
