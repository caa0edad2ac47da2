"""Every model of benchmark/models: agreement with ONNX Runtime, and an error against float64 no larger than twice its."""

import pytest
from comparing import assert_all_close, run_onnxruntime

from benchmark.accuracy import compare, line
from benchmark.models import ACCURACY, MEMORY_BOUND, MODELS, build


@pytest.mark.parametrize("name", ACCURACY)
def test_error_against_float64(delos, name):
    figures = compare(name, "delos", size="small", batch=2)
    assert all(f.accurate and f.proves for f in figures), "\n".join(line(f) for f in figures)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_small_model_agrees_with_onnxruntime(delos, name, seed):
    model = build(name, size="small", seed=seed)
    executable = delos.compile(model.proto, threads=2)
    got = executable(*model.inputs.values(), poison=True)
    assert_all_close(got, run_onnxruntime(model.proto, model.inputs), 2e-5)
    assert executable.counters()["interpreted"] == 0


@pytest.mark.parametrize("name", MEMORY_BOUND)
def test_memory_bound_graph_at_full_size(delos, name):
    model = build(name, seed=3)
    got = delos.compile(model.proto, threads=2)(*model.inputs.values(), poison=True)
    assert_all_close(got, run_onnxruntime(model.proto, model.inputs), 1e-5)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["mlp", "unet", "train_block"])
def test_thread_count_changes_rounding_at_most(delos, name, threads):
    model = build(name, size="small")
    got = delos.compile(model.proto, threads=threads)(*model.inputs.values())
    assert_all_close(got, run_onnxruntime(model.proto, model.inputs), 2e-5)
