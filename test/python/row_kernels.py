"""Compiles one row kernel from graph IR text and calls it on NumPy arrays (test code only)."""
import ctypes
import os
import re

import ml_dtypes
import numpy as np

BUILD = os.environ.get("DELOS_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build"))
DTYPES = {
    "f64": np.float64, "f32": np.float32, "f16": np.float16, "bf16": ml_dtypes.bfloat16, "i1": np.bool_,
    "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "ui8": np.uint8, "ui16": np.uint16, "ui32": np.uint32, "ui64": np.uint64,
}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


class Refused(Exception):
    """The planner does not take this group; the text is its reason."""


def _library():
    if not hasattr(_library, "handle"):
        lib = ctypes.CDLL(os.path.join(BUILD, "lib", "libdelos_row_runner.so"))
        lib.delosRowsCompile.restype = ctypes.c_void_p
        for name in ("Dims", "Plan", "IR"):
            getattr(lib, "delosRows" + name).restype = ctypes.c_char_p
            getattr(lib, "delosRows" + name).argtypes = [ctypes.c_void_p]
        for name in ("Tiles", "Scratch"):
            getattr(lib, "delosRows" + name).restype = ctypes.c_int64
            getattr(lib, "delosRows" + name).argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        lib.delosRowsRun.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int64] * 2
        lib.delosRowsFree.argtypes = [ctypes.c_void_p]
        _library.handle = lib
    return _library.handle


def tensor_type(shape, dtype):
    """`tensor<2x3xf32>`; text entries of the shape are symbolic sizes."""
    name = NAMES[np.dtype(dtype)]
    body = "x".join(["?" if isinstance(size, str) else str(size) for size in shape] + [name])
    if any(isinstance(size, str) for size in shape):
        body += ", #graph.dims<" + ", ".join(f'"{s}"' if isinstance(s, str) else str(s) for s in shape) + ">"
    return f"tensor<{body}>"


class RowKernel:
    """A compiled kernel. `text` is a module with one function of graph ops."""

    def __init__(self, text, cpu=""):
        self.lib = _library()
        error = ctypes.create_string_buffer(20000)
        self.handle = self.lib.delosRowsCompile(text.encode(), cpu.encode(), error, len(error))
        if not self.handle:
            message = error.value.decode()
            raise Refused(message) if message.startswith("refused") else RuntimeError(message + "\n" + text)
        self.dims = [name for name in self.lib.delosRowsDims(self.handle).decode().split(";") if name]
        self.plan = self.lib.delosRowsPlan(self.handle).decode()
        self.ir = self.lib.delosRowsIR(self.handle).decode()

    def __del__(self):
        if getattr(self, "handle", None):
            self.lib.delosRowsFree(self.handle)

    def run(self, inputs, outputs, sizes=None, splits=1):
        """Runs all tiles in `splits` ranges into `outputs` (allocated by the caller); returns the kernel's code."""
        arrays = list(inputs) + list(outputs)
        buffers = (ctypes.c_void_p * max(1, len(arrays)))(*[a.ctypes.data for a in arrays])
        table = (ctypes.c_int64 * max(1, len(self.dims)))(*[sizes[name] for name in self.dims])
        tiles = self.lib.delosRowsTiles(self.handle, table)
        room = np.empty(self.lib.delosRowsScratch(self.handle, table) + 64, np.uint8)
        base = room.ctypes.data + (-room.ctypes.data) % 64
        assert tiles >= 0
        edges = sorted({round(tiles * k / splits) for k in range(splits + 1)})
        for begin, end in zip(edges, edges[1:]):
            code = self.lib.delosRowsRun(self.handle, buffers, table, base, begin, end)
            if code:
                return code
        return 0

    def __call__(self, inputs, results, sizes=None, splits=1):
        """`results`: (shape, dtype) pairs. Outputs start as garbage, inputs are copied to exact-size memory."""
        inputs = [np.array(x, order="C") for x in inputs]
        outputs = [np.empty(shape, dtype) for shape, dtype in results]
        for out in outputs:
            out.reshape(-1).view(np.uint8)[...] = 0xA5
        code = self.run(inputs, outputs, sizes, splits)
        assert code == 0, f"kernel returned {code}"
        return outputs


def function(arguments, body, results):
    """Module text: `arguments` are types (%a0, %a1, ...), `body` lines, `results` (name, type) pairs."""
    parameters = ", ".join(f"%a{k}: {t}" for k, t in enumerate(arguments))
    types = ", ".join(t for _, t in results)
    names = ", ".join(name for name, _ in results)
    return (f"func.func @k({parameters}) -> ({types}) {{\n" + "\n".join("  " + line for line in body) +
            f"\n  return {names} : {types}\n}}\n")
