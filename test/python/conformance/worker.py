"""Runs cases one after another: a case per line of JSON on stdin, a verdict per line on the descriptor given as argument.

usage: python -m conformance.worker BACKEND DESCRIPTOR

It loads neither ONNX's reference evaluator nor any engine but the backend's; each verdict lists the forbidden modules
that are loaded, so that the caller can fail the run.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from conformance.cases import Case, from_json
from conformance.compare import Mismatch, check_outputs

# Operators whose results the standard leaves to chance: their stored outputs are one draw of NumPy's generator.
RANDOM = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
ONE_DRAW = "random operator: shape and dtype agree, the stored values are one draw and cannot be compared"
FORBIDDEN = ("onnx.reference", "onnxruntime", "torch", "tensorflow", "openvino")


def load_value(path: Path, kind: onnx.TypeProto) -> Any:
    data = path.read_bytes()
    which = kind.WhichOneof("value")
    if which == "tensor_type":
        return numpy_helper.to_array(onnx.TensorProto.FromString(data))
    if which == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if which == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    raise NotImplementedError(f"stored values of kind {which}")


def stored_sets(case: Case, model: onnx.ModelProto) -> list[tuple[list[Any], list[Any]]]:
    """(inputs, outputs) of each data set that lies beside the model."""
    sets = []
    for folder in sorted(Path(case.model).parent.glob("test_data_set*")):
        values = []
        for what, infos in (("input", model.graph.input), ("output", model.graph.output)):
            count = len(list(folder.glob(f"{what}_*.pb")))
            values.append([load_value(folder / f"{what}_{i}.pb", infos[i].type) for i in range(count)])
        sets.append(tuple(values))
    return sets


def light_set(case: Case, model: onnx.ModelProto) -> tuple[list[Any], list[Any]]:
    """The inputs that the package's runner makes up, and the outputs stored for them."""
    initializers = {t.name for t in model.graph.initializer}
    inputs = []
    for info in model.graph.input:
        if info.name not in initializers:
            shape = [d.dim_value or 1 for d in info.type.tensor_type.shape.dim]
            count = int(np.prod(shape))
            inputs.append((np.arange(count).reshape(shape) / count).astype(np.float32))
    stem = case.model.removesuffix(".onnx")
    outputs = [load_value(Path(f"{stem}_output_{i}.pb"), info.type) for i, info in enumerate(model.graph.output)]
    return inputs, outputs


def counters(prepared: Any) -> dict[str, int]:
    """The engine's counters after the run; empty for other backends."""
    executable = getattr(prepared, "executable", None)
    return dict(executable.counters()) if executable is not None else {}


def draws(model: onnx.ModelProto) -> bool:
    """Whether any node draws random numbers."""
    bodies = [model.graph, *model.functions]
    return any(node.op_type in RANDOM for body in bodies for node in body.node)


def run_case(backend: Any, case: Case, model: onnx.ModelProto) -> dict[str, Any]:
    sets = [light_set(case, model)] if case.light else stored_sets(case, model)
    if not sets:
        return {"verdict": "wrong", "reason": "the case has no stored data"}
    prepared = backend.prepare(model, "CPU")
    chance = draws(model)
    for inputs, expected in sets:
        check_outputs(expected, list(prepared.run(inputs)), case.rtol, case.atol, values=not chance)
    if chance:
        return {"verdict": "unsupported", "reason": ONE_DRAW}
    return {"verdict": "pass", "counters": counters(prepared)}


def unsupported(error: Exception) -> bool:
    """Whether a backend says that it lacks something, as opposed to failing."""
    return isinstance(error, NotImplementedError) or "NotImplemented" in type(error).__name__


def judge(backend: Any, case: Case) -> dict[str, Any]:
    """Runs a case and names what happened; an exception that does not say 'unsupported' is a wrong answer."""
    model = onnx.load(case.model)
    result = attempt(backend, case, model)
    return result | ({"operator": model.graph.node[0].op_type} if len(model.graph.node) == 1 else {})


def attempt(backend: Any, case: Case, model: onnx.ModelProto) -> dict[str, Any]:
    try:
        return run_case(backend, case, model)
    except Mismatch as error:
        return {"verdict": "wrong", "reason": str(error)}
    except Exception as error:  # the worker must go on, whatever a backend raises
        verdict = "unsupported" if unsupported(error) else "wrong"
        reason = str(error).strip() or traceback.format_exc(limit=2)
        return {"verdict": verdict, "reason": f"{type(error).__name__}: {reason[:500]}"}


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    backend = importlib.import_module(sys.argv[1])
    with os.fdopen(int(sys.argv[2]), "w") as results:
        for line in sys.stdin:
            case = from_json(line)
            start = time.perf_counter()
            result = judge(backend, case)
            result["name"] = case.name
            result["seconds"] = round(time.perf_counter() - start, 3)
            result["forbidden"] = [m for m in FORBIDDEN if m in sys.modules]
            results.write(json.dumps(result) + "\n")
            results.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
