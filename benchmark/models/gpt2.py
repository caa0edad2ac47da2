"""GPT-2: pre-norm decoder layers with one fused projection, causal mask and tanh GELU."""

from .graph import GraphBuilder, Model, Value
from .layers import attention, causal_mask, gelu_tanh, heads, layer_norm, linear, token_ids

SIZES = {
    "full": dict(layers=12, width=768, heads=12, length=128, vocabulary=50257),
    "small": dict(layers=2, width=40, heads=4, length=19, vocabulary=97),
}


def conv1d(g: GraphBuilder, x: Value, name: str, features: int, gain: float = 1.0) -> Value:
    """transformers' Conv1D: a Gemm over flattened rows with the weight stored [inputs, features]."""
    *rows, inner = x.shape
    flat = g.reshape(x, -1, inner)
    flat = g.like("Gemm", flat, g.scaled(name + ".weight", (inner, features), inner, gain),
                  g.weight(name + ".bias", g.normal(features, scale=0.1)), shape=(rows[0] * rows[1], features))  # fmt: skip
    return g.reshape(flat, *rows, features)


def block(g: GraphBuilder, x: Value, name: str, count: int, mask: Value) -> Value:
    width = x.shape[-1]
    y = conv1d(g, layer_norm(g, x, name + ".ln_1"), name + ".attn.c_attn", 3 * width)
    q, k, v = (heads(g, part, count) for part in g.split(y, 3))
    x = conv1d(g, attention(g, q, k, v, mask), name + ".attn.c_proj", width) + x
    y = gelu_tanh(g, conv1d(g, layer_norm(g, x, name + ".ln_2"), name + ".mlp.c_fc", 4 * width))
    return x + conv1d(g, y, name + ".mlp.c_proj", width, gain=2.0)


def gpt2(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("gpt2", seed=seed)
    width, length = s["width"], s["length"]
    ids = g.input("input_ids", (batch, length), token_ids(g, batch, length, s["vocabulary"]))
    table = g.weight("wte.weight", g.normal(s["vocabulary"], width))
    x = g.embed(table, ids) + g.weight("wpe.weight", g.normal(1, length, width, scale=0.3))
    mask = causal_mask(g, length)
    for layer in range(s["layers"]):
        x = block(g, x, f"h.{layer}", s["heads"], mask)
    return g.finish(layer_norm(g, x, "ln_f"), names=("last_hidden_state",))
