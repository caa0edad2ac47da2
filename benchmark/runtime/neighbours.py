"""What a run of Delos costs the framework that runs next: eager PyTorch right after a Delos run on two threads, against
PyTorch right after the same product by NumPy on one thread (other work leaves cold caches behind, too).

usage: python -m benchmark.runtime.neighbours [--json FILE]

PyTorch must be importable. Blocks with and without a Delos run before each PyTorch call alternate in one process; only the
PyTorch calls are timed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

import delos
from benchmark.models.graph import GraphBuilder

BAR = 0.03
# Calls per block and blocks per form.
CALLS, BLOCKS = 40, 15


def delos_run(size: int = 256):
    """A product that keeps two threads busy for about 0.1 ms and leaves most of the caches alone."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((size, size), dtype=np.float32)
    g = GraphBuilder("product")
    given = g.input("x", x.shape, x)
    executable = delos.compile(g.finish(g.matmul(given, given)).proto)
    return lambda: executable(x), lambda: x @ x


def torch_calls(torch) -> dict:
    rows = torch.randn(256, 768)
    weight = torch.randn(768, 768)
    small = torch.randn(64, 64)
    return {
        "gelu of 256 x 768": lambda: torch.nn.functional.gelu(rows),
        "product 256 x 768 x 768": lambda: rows @ weight,
        "addition of 64 x 64": lambda: small + small,
        "softmax of 256 x 768": lambda: torch.softmax(rows, -1),
    }


def block(call, before) -> float:
    """Median seconds of `call` right after `before`."""
    seconds = []
    for _ in range(CALLS):
        before()
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def compare(call, run, other) -> tuple[float, float, float]:
    """(seconds after a Delos run, seconds after other work, median of their ratios)."""
    pairs = []
    for index in range(BLOCKS):
        times = {}
        for before in (run, other) if index % 2 else (other, run):
            times[before] = block(call, before)
        pairs.append((times[run], times[other]))
    after, alone = (statistics.median(column) for column in zip(*pairs))
    return after, alone, statistics.median(a / b for a, b in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark.runtime.neighbours", description=__doc__)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    import torch

    run, other = delos_run()
    results = {}
    with torch.inference_mode():
        for name, call in torch_calls(torch).items():
            after, alone, ratio = compare(call, run, other)
            results[name] = {"after_delos_us": after * 1e6, "after_numpy_us": alone * 1e6, "ratio": ratio}
            verdict = "ok" if ratio <= 1 + BAR else "MISSED"
            print(f"torch {torch.__version__}: {name:26} after NumPy {alone * 1e6:8.1f} us, after Delos {after * 1e6:8.1f} us, "
                  f"ratio {ratio:.3f} <= {1 + BAR} {verdict}", flush=True)  # fmt: skip
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
