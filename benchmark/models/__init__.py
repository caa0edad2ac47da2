"""The models that Delos is tested and measured on, built with NumPy and onnx alone.

`build(name)` returns the ONNX proto and one input array per graph input. `size="small"` keeps the structure with few
layers and odd, small dims. The same call gives the same bytes.
"""

from .bert import bert_base, bert_layer_dynamic
from .gpt2 import gpt2
from .graph import Model
from .llama import llama_decode
from .memory_bound import (
    adam_update,
    bias_dropout_scale,
    ln_gelu_residual,
    masked_softmax,
    rms_rope_swiglu,
    two_reductions,
)
from .mlp import mlp, mlp_dynamic
from .mobilenet import mobilenet_v2
from .resnet import resnet50
from .training import train_block, train_step
from .unet import unet
from .vit import vit

__all__ = ["ACCURACY", "DYNAMIC", "MEMORY_BOUND", "MODELS", "Model", "PUBLIC", "build"]

MEMORY_BOUND = (
    "ln_gelu_residual", "masked_softmax", "bias_dropout_scale", "rms_rope_swiglu", "adam_update", "two_reductions",
)  # fmt: skip
# The public set of docs: what peers are compared on.
PUBLIC = ("resnet50", "mobilenet_v2", "bert_base", "gpt2", "mlp", "unet", "llama_decode", "train_step", *MEMORY_BOUND)
# Models whose error against float64 is compared with ONNX Runtime's.
ACCURACY = (
    "resnet50", "mobilenet_v2", "bert_base", "gpt2", "vit", "unet", "mlp", "llama_decode", "train_step", "train_block",
)  # fmt: skip
DYNAMIC = ("mlp_dynamic", "bert_layer_dynamic")

MODELS = {
    builder.__name__: builder
    for builder in (
        resnet50, mobilenet_v2, bert_base, gpt2, vit, unet, mlp, llama_decode, train_step, train_block,
        ln_gelu_residual, masked_softmax, bias_dropout_scale, rms_rope_swiglu, adam_update, two_reductions,
        mlp_dynamic, bert_layer_dynamic,
    )
}  # fmt: skip


def build(name: str, *, size: str = "full", **options) -> Model:
    """Builds a model by its name; options are `batch` and `seed`."""
    if name not in MODELS:
        raise KeyError(f"no model {name!r}; there are: {', '.join(MODELS)}")
    return MODELS[name](size=size, **options)
