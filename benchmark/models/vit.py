"""Vision transformer: patch convolution, class token, pre-norm encoder with the Gelu operator, pooled class token."""

from .graph import GraphBuilder, Model, Value
from .layers import attention, conv, heads, images, layer_norm, linear

SIZES = {
    "full": dict(image=224, patch=16, layers=12, width=768, heads=12, inner=3072),
    "small": dict(image=32, patch=8, layers=2, width=48, heads=3, inner=96),
}


def encoder_layer(g: GraphBuilder, x: Value, name: str, count: int, inner: int) -> Value:
    width = x.shape[-1]
    y = layer_norm(g, x, name + ".layernorm_before", 1e-12)
    q, k, v = (heads(g, linear(g, y, f"{name}.attention.{part}", width), count) for part in ("query", "key", "value"))
    x = linear(g, attention(g, q, k, v), name + ".attention.output", width) + x
    y = linear(g, layer_norm(g, x, name + ".layernorm_after", 1e-12), name + ".intermediate", inner)
    y = g.like("Gelu", y, approximate="none")
    return linear(g, y, name + ".output", width, gain=2.0) + x


def vit(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("vit", seed=seed, opset=20)
    width, tokens = s["width"], (s["image"] // s["patch"]) ** 2
    x = g.input("pixel_values", (batch, 3, s["image"], s["image"]), images(g, batch, s["image"]))
    x = conv(g, x, "embeddings.projection", width, s["patch"], stride=s["patch"], pad=0, bias=True, gain=1.0)
    x = g.transpose(g.reshape(x, batch, width, tokens), 0, 2, 1)
    token = g.expand(g.weight("embeddings.cls_token", g.normal(1, 1, width)), batch, 1, width)
    x = g.concat([token, x], 1) + g.weight("embeddings.position_embeddings", g.normal(1, tokens + 1, width, scale=0.3))
    for layer in range(s["layers"]):
        x = encoder_layer(g, x, f"encoder.layer.{layer}", s["heads"], s["inner"])
    x = layer_norm(g, x, "layernorm", 1e-12)
    pooled = g.op("Tanh", linear(g, g.select(x, 1, 0), "pooler.dense", width))
    return g.finish(x, pooled, names=("last_hidden_state", "pooler_output"))
