"""Symbolic batch and length: one compile serves every size, and every size is right."""

import numpy as np
import pytest
from comparing import assert_all_close, run_onnxruntime

from benchmark.models import build

BATCHES = [1, 2, 3, 5, 7, 8, 11, 13, 16, 17, 19, 23, 31, 32, 37, 48, 53, 64, 97, 128]
# (batch, sequence)
SIZES = [
    (1, 1), (1, 2), (2, 1), (1, 7), (3, 5), (5, 3), (2, 17), (1, 31), (4, 16), (7, 13), (1, 64), (2, 61), (3, 37),
    (8, 8), (1, 97), (2, 101), (5, 29), (1, 128), (4, 53), (2, 128),
]  # fmt: skip


@pytest.fixture(scope="module")
def mlp(delos):
    model = build("mlp_dynamic")
    return model, delos.compile(model.proto, threads=2)


def layer(delos, size):
    model = build("bert_layer_dynamic", size=size)
    return model, delos.compile(model.proto, threads=2)


@pytest.fixture(scope="module")
def small_layer(delos):
    return layer(delos, "small")


@pytest.fixture(scope="module")
def full_layer(delos):
    return layer(delos, "full")


def check(compiled, *shape):
    model, executable = compiled
    (info,) = model.proto.graph.input
    x = np.random.default_rng(shape).standard_normal(shape, dtype=np.float32)
    want = run_onnxruntime(model.proto, {info.name: x})
    assert_all_close(executable(x, poison=True), want, 2e-5)
    assert executable.counters()["compiles"] == 1
    assert executable.counters()["interpreted"] == 0


@pytest.mark.parametrize("batch", BATCHES)
def test_mlp(mlp, batch):
    check(mlp, batch, 784)


@pytest.mark.parametrize("batch, sequence", SIZES)
def test_encoder_layer(small_layer, batch, sequence):
    check(small_layer, batch, sequence, 48)


@pytest.mark.parametrize("batch, sequence", SIZES)
def test_encoder_layer_at_full_width(full_layer, batch, sequence):
    check(full_layer, batch, sequence, 768)


def test_sizes_may_come_in_any_order(mlp):
    for batch in (128, 1, 97, 1, 128):
        check(mlp, batch, 784)


def test_empty_batch(mlp):
    model, executable = mlp
    (result,) = executable(np.zeros((0, 784), np.float32))
    assert result.shape == (0, 10)


def test_symbolic_dims_keep_their_names(small_layer):
    _, executable = small_layer
    assert "batch" in str(executable.inputs[0].shape) and "sequence" in str(executable.inputs[0].shape)


def test_wrong_static_dim_names_the_input(mlp):
    model, executable = mlp
    with pytest.raises(ValueError, match="'?x'?.*784.*783"):
        executable(np.zeros((4, 783), np.float32))
