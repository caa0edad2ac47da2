"""The engines that can be timed: each loads an ONNX file and returns a function that runs it and gives its outputs."""

from __future__ import annotations

import importlib.util
import os
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


def _torch(path: Path, feeds: dict[str, np.ndarray], threads: int, compiled: bool) -> Run:
    import onnx
    import torch

    from benchmark.comparison.translate import TorchLibrary, function_of

    torch.set_num_threads(threads)
    function, weights = function_of(onnx.load(path), TorchLibrary())

    class Module(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for index, weight in enumerate(weights):
                self.register_buffer(f"w{index}", weight)

        def forward(self, *arguments):
            return function([getattr(self, f"w{i}") for i in range(len(weights))], *arguments)

    module = Module().eval()
    if compiled:
        torch._inductor.config.freezing = True
        module = torch.compile(module)
    arguments = [torch.from_numpy(np.ascontiguousarray(value)) for value in feeds.values()]

    def run():
        with torch.no_grad():
            return [result.numpy() for result in module(*arguments)]

    return run


def eager(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    return _torch(path, feeds, threads, compiled=False)


def inductor(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    return _torch(path, feeds, threads, compiled=True)


def xla(path: Path, feeds: dict[str, np.ndarray], threads: int) -> Run:
    """Threads are those of the process's affinity: XLA has no option for them."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import jax
    import onnx

    from benchmark.comparison.translate import JaxLibrary, function_of

    function, weights = function_of(onnx.load(path), JaxLibrary())
    compiled = jax.jit(lambda *arguments: function(weights, *arguments))
    arguments = [jax.device_put(value) for value in feeds.values()]
    return lambda: [np.asarray(result) for result in compiled(*arguments)]


ENGINES: dict[str, Callable[[Path, dict[str, np.ndarray], int], Run]] = {
    "delos": delos, "onnxruntime": onnxruntime, "openvino": openvino, "iree": iree, "inductor": inductor,
    "eager": eager, "xla": xla,
}  # fmt: skip
_MODULES = {"iree": "iree.runtime", "inductor": "torch", "eager": "torch", "xla": "jax"}
_PACKAGES = {"iree": "iree-base-compiler", "inductor": "torch", "eager": "torch", "xla": "jax"}


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
