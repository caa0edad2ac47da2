"""Comparison of whole arrays relative to their largest magnitude, and ONNX Runtime as the other side."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort


def run_onnxruntime(model: onnx.ModelProto, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def assert_close(got, want, tolerance: float, where: str = "output") -> None:
    """Shapes and dtypes are equal, and no element is off by more than `tolerance` times the largest magnitude of `want`."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"{where}: expected shape {want.shape}, got {got.shape}"
    assert got.dtype == want.dtype, f"{where}: expected {want.dtype}, got {got.dtype}"
    assert np.array_equal(np.isnan(got), np.isnan(want)), f"{where}: NaN in other places"
    finite = np.isfinite(want)
    assert np.array_equal(got[~finite], want[~finite], equal_nan=True), f"{where}: infinities differ"
    if finite.any():
        scale = np.abs(want[finite].astype(np.float64)).max()
        worst = np.abs(got[finite].astype(np.float64) - want[finite]).max()
        assert worst <= tolerance * scale, f"{where}: off by {worst / scale:.2e} of the largest magnitude, allowed {tolerance:.0e}"


def assert_all_close(got, want, tolerance: float) -> None:
    assert len(got) == len(want), f"expected {len(want)} outputs, got {len(got)}"
    for index, (g, w) in enumerate(zip(got, want)):
        assert_close(g, w, tolerance, f"output {index}")
