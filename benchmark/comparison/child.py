"""One engine in a process of its own, driven over stdin.

usage: python -m benchmark.comparison.child ENGINE MODEL.onnx INPUTS.npz OUTPUTS.npz THREADS

Loads the model, writes the outputs of its first run, and answers each line N on stdin with the seconds that N runs took.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

from benchmark.comparison.engines import ENGINES

WARM_UPS = 3


def answer(record: dict) -> None:
    _out.write(json.dumps(record) + "\n")
    _out.flush()


def main() -> int:
    engine, model, inputs, outputs, threads = sys.argv[1:6]
    with np.load(inputs) as data:
        feeds = {name: data[name] for name in data.files}
    start = time.perf_counter()
    run = ENGINES[engine](Path(model), feeds, int(threads))
    results = run()
    load = time.perf_counter() - start
    np.savez(outputs, *[np.asarray(r) for r in results])
    for _ in range(WARM_UPS):
        run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer({"load_s": load, "rss_mib": peak})
    for line in sys.stdin:
        count = int(line)
        run()  # wakes the engine's threads, which may have gone to sleep during the other's turn
        start = time.perf_counter()
        for _ in range(count):
            run()
        answer({"seconds": time.perf_counter() - start})
    return 0


if __name__ == "__main__":
    # Engines print; the protocol keeps the real stdout for itself.
    _out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.exit(main())
