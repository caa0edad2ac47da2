"""The nine light models: outputs as stored, then with seeded weights against ONNX Runtime; a wrong weight is noticed."""

import onnx
import pytest
from comparing import assert_all_close, run_onnxruntime
from light_models import mutated, paths, random_inputs, randomized, stored_inputs, stored_outputs, weight_bytes

TOLERANCE = 1e-4
# Models with fewer weights than this run with every change; scripts/full runs the others.
QUICK_BYTES = 50 << 20


def parameters():
    for path in paths():
        marks = [] if weight_bytes(path) < QUICK_BYTES else [pytest.mark.slow]
        yield pytest.param(path, id=path.stem, marks=marks)


def run(delos, model: onnx.ModelProto, inputs):
    executable = delos.compile(model)
    results = executable.run(inputs)
    return [results[o.name] for o in model.graph.output]


@pytest.mark.parametrize("path", list(parameters()))
def test_outputs_are_as_stored(delos, path):
    model = onnx.load(path)
    assert_all_close(run(delos, model, stored_inputs(model)), stored_outputs(path, model), TOLERANCE)


@pytest.mark.parametrize("path", list(parameters()))
def test_seeded_weights_agree_with_onnxruntime(delos, path):
    model = randomized(onnx.load(path))
    inputs = random_inputs(model)
    got = run(delos, model, inputs)
    assert_all_close(got, run_onnxruntime(model, inputs), TOLERANCE)
    for name, wrong in mutated(model):
        with pytest.raises(AssertionError, match="off by"):
            assert_all_close(got, run_onnxruntime(wrong, inputs), TOLERANCE)
            pytest.fail(f"{name} was not noticed")


def test_all_nine_are_found():
    assert len(paths()) == 9
