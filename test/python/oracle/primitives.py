"""Windows, convolutions and indexing once more, in plain NumPy loops: what the interpreter is tested against."""

from __future__ import annotations

import itertools

import numpy as np

from oracle.numeric import info, is_float


def neutral(kind: str, dtype: str):
    """The neutral element of a combining function."""
    if kind in ("max", "min"):
        if is_float(dtype):
            return -np.inf if kind == "max" else np.inf
        return info(dtype).min if kind == "max" else info(dtype).max
    if kind == "bit_and":
        return True if dtype == "bool" else info(dtype).max if dtype.startswith("u") else -1
    return 1 if kind == "prod" else 0


REDUCE = {
    "sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum, "bit_and": np.bitwise_and, "bit_or": np.bitwise_or,
}  # fmt: skip


def widen(x: np.ndarray) -> np.ndarray:
    """In the type that accumulates: float64, or the integer's own."""
    return x if x.dtype.kind in "iub" else x.astype(np.float64)


def reduce(kind: str, dtype: str, x: np.ndarray, dims: list[int]) -> np.ndarray:
    with np.errstate(all="ignore"):
        wide = widen(x)
        initial = wide.dtype.type(neutral(kind, dtype))
        result = REDUCE[kind].reduce(wide, axis=tuple(dims), initial=initial, dtype=wide.dtype)
        return np.asarray(result).astype(x.dtype)


def scan(kind: str, dtype: str, x: np.ndarray, dim: int, exclusive: bool, reverse: bool) -> np.ndarray:
    wide = np.moveaxis(widen(x), dim, 0)
    wide = wide[::-1] if reverse else wide
    running = np.full(wide.shape[1:], neutral(kind, dtype), dtype=wide.dtype)
    result = np.empty_like(wide)
    with np.errstate(all="ignore"):
        for i in range(wide.shape[0]):
            following = REDUCE[kind](running, wide[i])
            result[i] = running if exclusive else following
            running = following
    result = result[::-1] if reverse else result
    with np.errstate(all="ignore"):
        return np.moveaxis(result, 0, dim).astype(x.dtype)


def window_reduce(kind: str, dtype: str, x: np.ndarray, window, strides, dilations, low, shape) -> np.ndarray:
    wide = widen(x)
    result = np.full(shape, neutral(kind, dtype), dtype=wide.dtype)
    with np.errstate(all="ignore"):
        for point in np.ndindex(*shape):
            for offset in np.ndindex(*window):
                at = tuple(p * s - lo + o * d for p, s, lo, o, d in zip(point, strides, low, offset, dilations))
                if all(0 <= a < n for a, n in zip(at, x.shape)):
                    result[point] = REDUCE[kind](result[point], wide[at])
        return result.astype(x.dtype)


def contract(a: np.ndarray, b: np.ndarray, batch, contracted, dtype: np.dtype) -> np.ndarray:
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    left = [next(letters) for _ in range(a.ndim)]
    right = [next(letters) for _ in range(b.ndim)]
    for pair in (batch, contracted):
        for i, j in zip(*pair):
            right[j] = left[i]
    free_left = [left[i] for i in range(a.ndim) if i not in (*batch[0], *contracted[0])]
    free_right = [right[j] for j in range(b.ndim) if j not in (*batch[1], *contracted[1])]
    result = [left[i] for i in batch[0]] + free_left + free_right
    wide = np.float64 if np.dtype(dtype).kind not in "iu" else dtype
    text = f"{''.join(left)},{''.join(right)}->{''.join(result)}"
    with np.errstate(over="ignore"):
        return np.einsum(text, a.astype(wide), b.astype(wide)).astype(dtype)


def conv(x: np.ndarray, w: np.ndarray, strides, dilations, low, high, groups: int, channels_last: bool, dtype) -> np.ndarray:
    wide = np.float64 if np.dtype(dtype).kind not in "iu" else dtype
    x = np.moveaxis(x, -1, 1) if channels_last else x
    x, w = x.astype(wide), w.astype(wide)
    spatial = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *zip(low, high)])
    sizes = [(x.shape[2 + k] - (w.shape[2 + k] - 1) * dilations[k] - 1) // strides[k] + 1 for k in range(spatial)]
    result = np.zeros((x.shape[0], w.shape[0], *sizes), dtype=wide)
    per_group = w.shape[0] // groups
    for o, offset in itertools.product(range(w.shape[0]), np.ndindex(*w.shape[2:])):
        channels = slice(o // max(per_group, 1) * w.shape[1], (o // max(per_group, 1) + 1) * w.shape[1])
        box = [slice(offset[k] * dilations[k], offset[k] * dilations[k] + sizes[k] * strides[k], strides[k]) for k in range(spatial)]
        taps = w[(o, slice(None), *offset)].reshape(1, -1, *[1] * spatial)
        result[:, o] += (x[(slice(None), channels, *box)] * taps).sum(axis=1, dtype=wide)
    return (np.moveaxis(result, 1, -1) if channels_last else result).astype(dtype)


def sort(x: np.ndarray, dim: int, descending: bool) -> tuple[np.ndarray, np.ndarray]:
    """Stable; NaN is the largest. Ranks make both directions stable sorts of integers."""
    wide = x.astype(np.float64) if x.dtype.kind not in "iub" else x
    _, ranks = np.unique(wide, return_inverse=True, equal_nan=True)
    ranks = ranks.reshape(x.shape).astype(np.int64)
    positions = np.argsort(-ranks if descending else ranks, axis=dim, kind="stable")
    return np.take_along_axis(x, positions, axis=dim), positions
