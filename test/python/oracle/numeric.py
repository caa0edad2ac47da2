"""Random arrays of every dtype, with special values, and comparisons that say where two arrays differ."""

from __future__ import annotations

from collections.abc import Sequence

import ml_dtypes
import numpy as np

from oracle.graph_ir import numpy_dtype


def is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat"))


def info(dtype: str):
    return ml_dtypes.finfo(numpy_dtype(dtype)) if is_float(dtype) else ml_dtypes.iinfo(numpy_dtype(dtype))


def specials(dtype: str) -> np.ndarray:
    """Numbers at which functions tend to be wrong."""
    if dtype == "bool":
        return np.array([False, True])
    limits = info(dtype)
    if not is_float(dtype):
        low, high = int(limits.min), int(limits.max)
        values = [low, low + 1, high, high - 1, 0, 1, *([-1, -2] if low < 0 else []), 2, 3, 7, min(31, high), min(64, high)]
        return np.array(values, dtype=numpy_dtype(dtype))
    largest, tiny = float(limits.max), float(limits.smallest_normal)
    values = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 10.0, -10.0, 0.999, largest, -largest, tiny, -tiny, tiny / 2]
    values += [np.inf, -np.inf, np.nan, 88.0, -88.0, 100.0, -100.0, 1e-3, 3.14159265, -1.5707963]
    with np.errstate(all="ignore"):
        return np.array(values, dtype=np.float64).astype(numpy_dtype(dtype))


def draw(
    random: np.random.Generator, dtype: str, shape: Sequence[int], low: float = -3, high: float = 3, special: float = 0
) -> np.ndarray:
    """Uniform in [low, high] (clamped to the type), a share of `special` elements replaced by special ones."""
    shape = tuple(shape)
    if dtype == "bool":
        return random.random(shape) < 0.5
    kind = numpy_dtype(dtype)
    if is_float(dtype):
        array = random.uniform(low, high, shape).astype(kind)
    else:
        limits = info(dtype)
        array = random.integers(max(int(low), int(limits.min)), min(int(high), int(limits.max)), shape, endpoint=True)
        array = np.asarray(array).astype(kind)
    if special > 0 and array.size:
        choice = specials(dtype)[random.integers(0, len(specials(dtype)), shape)]
        array = np.where(random.random(shape) < special, choice, array).astype(kind)
    return np.asarray(array, dtype=kind).reshape(shape)


def epsilon(dtype: str) -> float:
    """Distance from 1 to the next number; 0 for integers."""
    return float(info(dtype).eps) if is_float(dtype) else 0.0


def difference(got: np.ndarray, want: np.ndarray, relative: float, absolute: float = 0.0, scale: float = 0.0) -> str:
    """What is wrong with `got`, or nothing. Elements may be off by relative * |want| + absolute + scale * max |want|; NaN
    stands for NaN, infinities for themselves; an infinity may also stand where the tolerance reaches beyond the type."""
    if got.shape != want.shape:
        return f"expected shape {want.shape}, got {got.shape}"
    if got.dtype != want.dtype:
        return f"expected {want.dtype}, got {got.dtype}"
    if want.dtype.kind in "biu" or "int" in want.dtype.name:
        wrong = got != want
    else:
        g, w = got.astype(np.float64), want.astype(np.float64)
        with np.errstate(all="ignore"):
            largest = np.max(np.abs(w[np.isfinite(w)]), initial=0.0)
            allowed = relative * np.abs(w) + absolute + scale * largest
            close = (g == w) | (np.isnan(g) & np.isnan(w)) | (np.abs(g - w) <= np.where(np.isfinite(w), allowed, 0))
            top = float(ml_dtypes.finfo(want.dtype).max)
            close |= np.isinf(g) & np.isfinite(w) & (np.sign(g) == np.sign(w)) & (np.abs(w) + allowed > top)
            close |= np.isinf(w) & np.isfinite(g) & (np.sign(g) == np.sign(w)) & (np.abs(g) * (1 + relative) >= top)
        wrong = ~close
    if not np.any(wrong):
        return ""
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{int(np.sum(wrong))} of {want.size} elements differ, first {list(first)}: expected {want[first]}, got {got[first]}"

