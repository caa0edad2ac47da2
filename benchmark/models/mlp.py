"""A three-layer perceptron with GELU and LayerNorm; its batch may be symbolic."""

from .graph import Dim, GraphBuilder, Model
from .layers import gelu_erf, layer_norm, linear

SIZES = {"full": dict(inputs=784, width=1024, classes=10), "small": dict(inputs=23, width=40, classes=7)}


def _mlp(name: str, size: str, batch: Dim, rows: int, seed: int) -> Model:
    s = SIZES[size]
    g = GraphBuilder(name, seed=seed)
    x = g.input("x", (batch, s["inputs"]), g.normal(rows, s["inputs"]))
    for layer in (0, 3):
        x = layer_norm(g, gelu_erf(g, linear(g, x, f"l.{layer}", s["width"])), f"l.{layer + 2}")
    return g.finish(g.softmax(linear(g, x, "l.6", s["classes"])), names=("softmax",))


def mlp(*, size: str = "full", batch: int = 64, seed: int = 0) -> Model:
    return _mlp("mlp", size, batch, batch, seed)


def mlp_dynamic(*, size: str = "full", batch: Dim = "batch", seed: int = 0) -> Model:
    """The same network with a symbolic batch; the sample input has 5 rows."""
    return _mlp("mlp_dynamic", size, batch, 5 if isinstance(batch, str) else batch, seed)
