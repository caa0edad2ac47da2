"""A two-level U-Net with GroupNorm, SiLU and transposed convolutions."""

from .graph import GraphBuilder, Model, Value
from .layers import conv, group_norm, images, silu

SIZES = {"full": dict(image=128, width=32, groups=8), "small": dict(image=16, width=8, groups=4)}


def block(g: GraphBuilder, x: Value, name: str, channels: int, groups: int) -> Value:
    for part in range(2):
        x = conv(g, x, f"{name}.{3 * part}", channels, 3, bias=True)
        x = silu(g, group_norm(g, x, f"{name}.{3 * part + 1}", groups))
    return x


def up(g: GraphBuilder, x: Value, name: str, channels: int) -> Value:
    weight = g.scaled(name + ".weight", (x.shape[1], channels, 2, 2), x.shape[1], 2.0)
    return g.conv_transpose(x, weight, g.weight(name + ".bias", g.normal(channels, scale=0.1)), stride=2)


def unet(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    c, groups = s["width"], s["groups"]
    g = GraphBuilder("unet", seed=seed)
    x = g.input("x", (batch, 3, s["image"], s["image"]), images(g, batch, s["image"]))
    a = block(g, x, "a", c, groups)
    b = block(g, g.max_pool(a, 2, 2), "b", 2 * c, groups)
    y = block(g, g.max_pool(b, 2, 2), "c_", 4 * c, groups)
    y = block(g, g.concat([up(g, y, "u2", 2 * c), b], 1), "d2", 2 * c, groups)
    y = block(g, g.concat([up(g, y, "u1", c), a], 1), "d1", c, groups)
    return g.finish(g.op("Sigmoid", conv(g, y, "o", 1, 1, bias=True, gain=4.0)), names=("sigmoid",))
