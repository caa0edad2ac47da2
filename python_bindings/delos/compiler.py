"""From models to executables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from delos import _compiler
from delos.executable import Executable

_SINGLE = {
    "fusion", "deterministic", "precise_math", "target_cpu", "target_features", "dump_directory",
}  # fmt: skip
_GROUPS = {"dims": "dim", "dim_hints": "dim_hint", "limits": "limit", "extra": "extra"}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(device: str, threads: int | None, options: Mapping[str, Any]) -> dict[str, str]:
    flat = {"device": device}
    if threads is not None:
        flat["threads"] = str(threads)
    for key, value in options.items():
        if key in _GROUPS:
            flat.update({f"{_GROUPS[key]}:{name}": _text(entry) for name, entry in (value or {}).items()})
        elif key not in _SINGLE:
            known = ", ".join(sorted(_SINGLE | _GROUPS.keys()))
            raise TypeError(f"compile has no option {key!r}; known are {known}")
        elif value is not None:
            flat[key] = os.fspath(value) if isinstance(value, os.PathLike) else _text(value)
    return flat


def _model_bytes(model: Any) -> bytes | None:
    """The serialised model; None when `model` is a path."""
    if isinstance(model, (str, os.PathLike)):
        return None
    if isinstance(model, (bytes, bytearray, memoryview)):
        return bytes(model)
    if hasattr(model, "SerializeToString"):
        return model.SerializeToString()
    raise TypeError(f"expected a path, bytes or an onnx.ModelProto, got {type(model).__name__}")


def compile(
    model: Any, *, device: str = "cpu", threads: int | None = None, directory: str | None = None, **options: Any
) -> Executable:
    """Compiles an ONNX model: a path, its bytes or an `onnx.ModelProto`.

    `threads` bounds the threads of a run (default: all that the process may use). `directory` is where external data of
    a model given by its bytes may be read from. Further options: `dims={"batch": 8}` fixes symbolic dims,
    `dim_hints` says which sizes to optimise for, `fusion` ("none", "elementwise", "full"), `deterministic`,
    `precise_math`, `target_cpu`, `target_features`, `dump_directory`, `limits={"nodes": ...}`. Not implemented are
    `dims`, `fusion="elementwise"`, `deterministic` and `target_features`.

    Raises FileNotFoundError, ValueError (a bad model), NotImplementedError (an operator or option that Delos lacks); all are
    `delos.Error`, and the text names the node.
    """
    flat = _options(device, threads, options)
    data = _model_bytes(model)
    if data is None:
        return Executable(_compiler.compile_file(os.fspath(model), flat))
    return Executable(_compiler.compile_bytes(data, directory, flat))


def lower(model: Any, until_after: str, *, directory: str | None = None, **options: Any) -> str:
    """The model's IR after a phase of the compile, as MLIR text; takes the options of `compile`."""
    flat = _options(options.pop("device", "cpu"), options.pop("threads", None), options)
    flat["until_after"] = until_after
    data = _model_bytes(model)
    if data is None:
        return _compiler.lower_file(os.fspath(model), flat)
    return _compiler.lower_bytes(data, directory, flat)
