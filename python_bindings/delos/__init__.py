"""Delos: compiles ONNX models into fused kernels and runs them.

    import delos
    executable = delos.compile("model.onnx")
    results = executable(array)
"""

from delos import _compiler
from delos.compiler import compile, lower
from delos.errors import (
    CancelledError,
    DeadlineExceededError,
    Error,
    InternalError,
    InvalidArgumentError,
    LimitError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    UnsupportedError,
)
from delos.executable import Cancellation, Executable, ValueInfo

__version__ = _compiler.version
__all__ = [
    "Cancellation",
    "CancelledError",
    "DeadlineExceededError",
    "Error",
    "Executable",
    "InternalError",
    "InvalidArgumentError",
    "LimitError",
    "NotFoundError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "UnsupportedError",
    "ValueInfo",
    "compile",
    "lower",
]
