"""BERT: embeddings and post-norm encoder layers with exact GELU; batch and length may be symbolic."""

from .graph import Dim, GraphBuilder, Model, Value
from .layers import attention, gelu_erf, heads, layer_norm, linear, token_ids

SIZES = {
    "full": dict(layers=12, width=768, heads=12, inner=3072, length=128, vocabulary=30522),
    "small": dict(layers=2, width=48, heads=3, inner=96, length=17, vocabulary=101),
}
EPSILON = 1e-12


def encoder_layer(g: GraphBuilder, x: Value, name: str, count: int, inner: int) -> Value:
    width = x.shape[-1]
    q, k, v = (heads(g, linear(g, x, f"{name}.attention.self.{part}", width), count) for part in ("query", "key", "value"))
    y = linear(g, attention(g, q, k, v), name + ".attention.output.dense", width)
    x = layer_norm(g, y + x, name + ".attention.output.LayerNorm", EPSILON)
    y = gelu_erf(g, linear(g, x, name + ".intermediate.dense", inner))
    y = linear(g, y, name + ".output.dense", width, gain=2.0)
    return layer_norm(g, y + x, name + ".output.LayerNorm", EPSILON)


def bert_base(*, size: str = "full", batch: int = 1, seed: int = 0) -> Model:
    s = SIZES[size]
    g = GraphBuilder("bert_base", seed=seed)
    width, length = s["width"], s["length"]
    ids = g.input("input_ids", (batch, length), token_ids(g, batch, length, s["vocabulary"]))
    words = g.weight("embeddings.word_embeddings.weight", g.normal(s["vocabulary"], width))
    kinds = g.weight("embeddings.token_type_embeddings", g.normal(1, 1, width, scale=0.3))
    positions = g.weight("embeddings.position_embeddings", g.normal(1, length, width, scale=0.3))
    x = layer_norm(g, g.embed(words, ids) + kinds + positions, "embeddings.LayerNorm", EPSILON)
    for layer in range(s["layers"]):
        x = encoder_layer(g, x, f"encoder.layer.{layer}", s["heads"], s["inner"])
    return g.finish(x, names=("last_hidden_state",))


def bert_layer_dynamic(*, size: str = "full", batch: Dim = "batch", seed: int = 0) -> Model:
    """One encoder layer with symbolic batch and length; the sample input has batch 2."""
    s = SIZES[size]
    g = GraphBuilder("bert_layer_dynamic", seed=seed)
    rows = 2 if isinstance(batch, str) else batch
    x = g.input("hidden_states", (batch, "sequence", s["width"]), g.normal(rows, s["length"], s["width"]))
    return g.finish(encoder_layer(g, x, "layer", s["heads"], s["inner"]), names=("last_hidden_state",))
