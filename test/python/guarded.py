"""Runs an executable into buffers with a margin, so that a kernel writing outside its outputs is caught."""

from __future__ import annotations

import numpy as np

MARGIN = 256
FILL = 0xA5


def run_guarded(executable, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The outputs, after a plain run told their shapes; raises AssertionError when a margin changed."""
    shapes = executable.run(feeds, poison=True)
    buffers, outputs = [], []
    for result in shapes.values():
        raw = np.full(2 * MARGIN + result.nbytes, FILL, np.uint8)
        buffers.append(raw)
        outputs.append(raw[MARGIN : MARGIN + result.nbytes].view(result.dtype).reshape(result.shape))
    executable.run_into(feeds, outputs)
    for name, raw, result in zip(shapes, buffers, outputs):
        margins = np.concatenate([raw[:MARGIN], raw[MARGIN + result.nbytes :]])
        assert (margins == FILL).all(), f"{name}: a kernel wrote outside the output"
    return outputs
