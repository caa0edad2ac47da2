"""The compiler's front half behind the backend interface: import, opening, simplification, then the reference interpreter.

It tells a wrong opener or simplification from a wrong kernel. Inputs and outputs travel as .npy files; dtypes that NumPy lacks
travel as raw bytes.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper

BIN = Path(__file__).resolve().parents[3] / "build" / "bin"
SIMPLIFY = True
SECONDS = 100


class ToolError(RuntimeError):
    """A tool refused the model or failed; the text is its diagnostic."""


class UnsupportedByTool(NotImplementedError):
    """The tool says that it lacks something."""


def run(*command) -> None:
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=SECONDS, check=False)
    if result.returncode == 0:
        return
    lines = [line.split("error: ", 1)[-1] for line in result.stderr.splitlines() if "error:" in line] or result.stderr.splitlines()
    text = " | ".join(lines)[:500]
    if result.returncode < 0:
        raise ToolError(f"{Path(command[0]).name} died of signal {-result.returncode}: {text}")
    missing = any(word in text.lower() for word in ("not supported", "unsupported", "no opener", "unimplemented"))
    raise (UnsupportedByTool if missing else ToolError)(f"{Path(command[0]).name}: {text}")


class Prepared:
    def __init__(self, model: onnx.ModelProto) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        onnx.save(model, path / "model.onnx")
        run(BIN / "delos-translate", "--import-onnx", path / "model.onnx", "-o", path / "onnx.mlir")
        passes = ["--open-onnx"] + (["--delos-simplify-graph"] if SIMPLIFY else [])
        run(BIN / "delos-opt", *passes, path / "onnx.mlir", "-o", path / "graph.mlir")
        self.outputs = list(model.graph.output)

    def run(self, inputs):
        path = Path(self.folder.name)
        command = [BIN / "delos-reference", path / "graph.mlir", "--output-dir", path]
        for index, value in enumerate(inputs):
            array = np.asarray(value)
            if array.dtype.kind == "V" or array.dtype.isbuiltin != 1:
                array = array.view(f"V{array.dtype.itemsize}")
            np.save(path / f"in{index}.npy", array)
            command += ["--input", path / f"in{index}.npy"]
        run(*command)
        return [self._result(np.load(path / f"{i}.npy"), info) for i, info in enumerate(self.outputs)]

    @staticmethod
    def _result(array: np.ndarray, info: onnx.ValueInfoProto) -> np.ndarray:
        dtype = helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type)
        return array if array.dtype == dtype else array.view(dtype)


def prepare(model, device="CPU"):
    return Prepared(model)
