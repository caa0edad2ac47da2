"""Graph simplification keeps what the project's models compute, at every step of the pipeline."""

import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest

from benchmark.models import MODELS, build

REFERENCE = Path(__file__).parents[2] / "build/bin/delos-reference"
SIMPLIFY = "builtin.module(delos-simplify-graph)"


def evaluate(folder: Path, model: str, inputs: list[Path], *options: str) -> list[np.ndarray]:
    outputs = folder / f"out{len(list(folder.glob('out*')))}"
    outputs.mkdir()
    command = [REFERENCE, folder / model, "--float64", "--output-dir", outputs, *options]
    subprocess.run([*command, *(word for path in inputs for word in ("--input", path))], check=True)
    return [np.load(path) for path in sorted(outputs.iterdir())]


@pytest.mark.parametrize("name", MODELS)
def test_simplified_model_computes_the_same(name, tmp_path):
    model = build(name, size="small")
    onnx.save(model.proto, tmp_path / "model.onnx")
    inputs = []
    for position, value in enumerate(model.inputs.values()):
        inputs.append(tmp_path / f"in{position}.npy")
        np.save(inputs[-1], value)
    before = evaluate(tmp_path, "model.onnx", inputs)
    after = evaluate(tmp_path, "model.onnx", inputs, "--pipeline", SIMPLIFY)
    assert before
    for want, got in zip(before, after, strict=True):
        # Scales folded into float32 weights round once more than the float64 interpreter does without them.
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6 * np.abs(want).max())
