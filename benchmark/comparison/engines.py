"""The engines that can be timed: each loads an ONNX file and returns a function that runs it and gives its outputs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

Run = Callable[[], list[np.ndarray]]


def delos(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    import delos as engine

    executable = engine.compile(str(path), threads=threads)
    arguments = list(feeds.values())
    return lambda: list(executable(*arguments))


def onnxruntime(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feeds)


def openvino(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    import openvino as ov

    core = ov.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = core.compile_model(core.read_model(str(path)), "CPU", settings)
    request = compiled.create_infer_request()
    for index, port in enumerate(compiled.inputs):
        name = next(n for n in port.names if n in feeds)
        request.set_input_tensor(index, ov.Tensor(np.ascontiguousarray(feeds[name]), shared_memory=True))

    def run():
        request.infer()
        return [request.get_output_tensor(i).data for i in range(len(compiled.outputs))]

    return run


def iree(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    import iree.runtime as rt

    folder, tools = Path(tempfile.mkdtemp()), Path(sys.executable).parent
    mlir, module = folder / "model.mlir", folder / "model.vmfb"
    flags = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu",
             "--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"]  # fmt: skip
    subprocess.run([tools / "iree-import-onnx", path, "-o", mlir], check=True, capture_output=True)
    subprocess.run([tools / "iree-compile", mlir, "-o", module, *flags], check=True, capture_output=True)
    config = rt.Config("local-task")
    context = rt.SystemContext(config=config)
    loaded = rt.VmModule.mmap(context.instance, str(module))
    context.add_vm_module(loaded)
    names = [n for n in loaded.function_names if not n.startswith("__") and not n.endswith("$async")]
    function = context.modules[loaded.name][names[0]]
    arguments = [rt.asdevicearray(config.device, np.ascontiguousarray(v)) for v in feeds.values()]

    def run():
        results = function(*arguments)
        return [np.asarray(r.to_host()) for r in (results if isinstance(results, (tuple, list)) else [results])]

    return run


ENGINES: dict[str, Callable[[Path, dict[str, np.ndarray], int], Run]] = {
    "delos": delos, "onnxruntime": onnxruntime, "openvino": openvino, "iree": iree,
}  # fmt: skip
_MODULES = {"iree": "iree.runtime"}
_PACKAGES = {"iree": "iree-base-compiler"}


def installed(engine: str) -> bool:
    try:
        return importlib.util.find_spec(_MODULES.get(engine, engine)) is not None
    except ModuleNotFoundError:
        return False


def version_of(engine: str) -> str:
    if engine == "delos":
        import delos as module

        return module.__version__
    return version(_PACKAGES.get(engine, engine))
