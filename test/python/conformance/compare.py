"""Compares a backend's outputs with the stored ones, by the rules of the onnx package's own runner."""

from __future__ import annotations

from typing import Any

import numpy as np


class Mismatch(Exception):
    """The outputs differ; the text says where and by how much."""


def check_outputs(expected: list[Any], got: list[Any], rtol: float, atol: float, *, values: bool = True) -> None:
    """Raises Mismatch unless counts, shapes, dtypes and (unless they are left to chance) values agree."""
    if len(expected) != len(got):
        raise Mismatch(f"expected {len(expected)} outputs, got {len(got)}")
    for index, (want, have) in enumerate(zip(expected, got)):
        check_value(want, have if values else redrawn(want, have), rtol, atol, f"output {index}")


def redrawn(want: Any, have: Any) -> Any:
    """`want` in the shape and dtype of `have`: what is left to compare when values are random."""
    want, have = np.asarray(want), np.asarray(have)
    return want.astype(have.dtype) if want.shape == have.shape else have


def check_value(want: Any, have: Any, rtol: float, atol: float, where: str) -> None:
    if isinstance(want, (list, tuple)):
        if not isinstance(have, (list, tuple)) or len(want) != len(have):
            raise Mismatch(f"{where}: expected a sequence of {len(want)}, got {type(have).__name__}")
        for i, (w, h) in enumerate(zip(want, have)):
            check_value(w, h, rtol, atol, f"{where}[{i}]")
        return
    if want is None or have is None:
        if want is not have:
            raise Mismatch(f"{where}: expected {want}, got {have}")
        return
    want, have = np.asarray(want), np.asarray(have)
    if want.shape != have.shape:
        raise Mismatch(f"{where}: expected shape {want.shape}, got {have.shape}")
    if want.dtype == object:
        check_strings(want, have, where)
        return
    if want.dtype != have.dtype:
        raise Mismatch(f"{where}: expected {want.dtype}, got {have.dtype}")
    try:
        np.testing.assert_allclose(have, want, rtol=rtol, atol=atol)
    except AssertionError as error:
        text = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
        raise Mismatch(f"{where}: {text[:300]}") from None


def check_strings(want: np.ndarray, have: np.ndarray, where: str) -> None:
    def text(value):
        return value.decode() if isinstance(value, bytes) else str(value)

    if [text(v) for v in want.ravel()] != [text(v) for v in have.ravel()]:
        raise Mismatch(f"{where}: strings differ")
