"""Element types of NumPy and ml_dtypes, and the packing of those below a byte."""

from __future__ import annotations

from typing import Any

import numpy as np

from delos import _runtime

try:
    import ml_dtypes
except ImportError:  # bfloat16, float8 and sub-byte tensors then come out as their raw bits
    ml_dtypes = None

# Delos's name -> ml_dtypes's name where they differ from NumPy's.
_EXTENDED = {
    "bfloat16": "bfloat16",
    "float8e4m3fn": "float8_e4m3fn",
    "float8e4m3fnuz": "float8_e4m3fnuz",
    "float8e5m2": "float8_e5m2",
    "float8e5m2fnuz": "float8_e5m2fnuz",
    "float8e8m0": "float8_e8m0fnu",
    "float4e2m1": "float4_e2m1fn",
    "uint4": "uint4",
    "int4": "int4",
    "uint2": "uint2",
    "int2": "int2",
}
_PLAIN = [
    "float32", "float64", "float16", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128",
]  # fmt: skip
_SUB_BYTE_BITS = {"uint4": 4, "int4": 4, "float4e2m1": 4, "uint2": 2, "int2": 2}


def _element_types() -> dict[int, np.dtype]:
    types = {_runtime.element_type(name): np.dtype(name) for name in _PLAIN}
    for name, foreign in _EXTENDED.items():
        if hasattr(ml_dtypes, foreign):
            types[_runtime.element_type(name)] = np.dtype(getattr(ml_dtypes, foreign))
    return types


DTYPES = _element_types()
_BITS = {_runtime.element_type(name): bits for name, bits in _SUB_BYTE_BITS.items()}


def pack(array: np.ndarray, bits: int) -> np.ndarray:
    """Elements of `bits` bits, one per byte, packed as ONNX does: the first in the low bits."""
    per_byte = 8 // bits
    raw = np.ascontiguousarray(array).view(np.uint8).reshape(-1) & ((1 << bits) - 1)
    raw = np.append(raw, np.zeros(-len(raw) % per_byte, np.uint8)).reshape(-1, per_byte)
    shifts = np.arange(per_byte, dtype=np.uint8) * bits
    return np.bitwise_or.reduce(raw << shifts, axis=1).astype(np.uint8)


def _unpack(raw: np.ndarray, bits: int, dtype: np.dtype | None, shape: tuple[int, ...]) -> np.ndarray:
    shifts = np.arange(8 // bits, dtype=np.uint8) * bits
    elements = ((raw[:, None] >> shifts) & ((1 << bits) - 1)).reshape(-1)[: int(np.prod(shape))].astype(np.uint8)
    # ml_dtypes keeps an element in the low bits of its byte, the others clear, signed or not.
    return (elements if dtype is None else elements.view(dtype)).reshape(shape)


def restore(raw: np.ndarray, element_type: int, shape: tuple[int, ...]) -> np.ndarray:
    """An array of the right type over a result's bytes."""
    dtype = DTYPES.get(element_type)
    if element_type in _BITS:
        return _unpack(raw, _BITS[element_type], dtype, shape)
    return raw if dtype is None else raw.view(dtype)


def coerce(value: Any, element_type: int) -> np.ndarray:
    """An array of the expected type from numbers and nested lists."""
    return np.asarray(value, dtype=DTYPES.get(element_type))


_runtime.set_array_support({dtype: number for number, dtype in DTYPES.items()}, coerce, pack, restore)
