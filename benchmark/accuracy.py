"""Compares engines' rounding errors with float64: python -m benchmark.accuracy [NAME...] [--engine delos].

For each output of each model: the error in the maximum norm and in root mean square, relative to the output's largest
magnitude, beside ONNX Runtime's. An engine passes where its error is at most twice ONNX Runtime's plus 1e-6. Models are
built with batch 2; an output whose values do not spread proves nothing and is reported as collapsed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmark.float64 import evaluate
from benchmark.models import ACCURACY, MODELS, Model, build

SPREAD = 0.1
SLACK = 1e-6
FACTOR = 2.0


@dataclass(frozen=True)
class Figure:
    """One output's errors (relative to its largest magnitude), and how far its values spread."""

    model: str
    output: str
    spread: float
    max_error: float
    rms_error: float
    ort_max_error: float
    ort_rms_error: float

    @property
    def accurate(self) -> bool:
        return (
            self.max_error <= FACTOR * self.ort_max_error + SLACK
            and self.rms_error <= FACTOR * self.ort_rms_error + SLACK
        )

    @property
    def proves(self) -> bool:
        return self.spread >= SPREAD


def spread(values: np.ndarray) -> float:
    """Range of the values over their largest magnitude; where the leading axis is a batch, the widest difference between
    its rows if that is smaller. A single value spreads by definition."""
    largest = np.abs(values).max()
    if values.size == 1:
        return 1.0 if np.isfinite(largest) and largest > 0 else 0.0
    wide = float(np.ptp(values) / largest)
    rows = float(np.ptp(values, axis=0).max() / largest) if values.shape[0] > 1 else wide
    return min(wide, rows)


def errors(got: np.ndarray, want: np.ndarray) -> tuple[float, float]:
    if got.shape != want.shape:
        raise ValueError(f"expected shape {want.shape}, got {got.shape}")
    difference = (got.astype(np.float64) - want) / np.abs(want).max()
    if not np.isfinite(difference).all():
        return float("inf"), float("inf")
    return float(np.abs(difference).max(initial=0.0)), float(np.sqrt(np.mean(difference**2)))


def onnxruntime(model: Model, threads: int = 2) -> list[np.ndarray]:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    session = ort.InferenceSession(model.proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, model.inputs)


def delos(model: Model, threads: int = 2) -> list[np.ndarray]:
    import delos as engine

    return list(engine.compile(model.proto, threads=threads)(*model.inputs.values()))


ENGINES: dict[str, Callable[..., list[np.ndarray]]] = {"delos": delos, "onnxruntime": onnxruntime}


def compare(name: str, engine: str, **options) -> list[Figure]:
    """The figures of every output of one model."""
    model = build(name, **options)
    exact = evaluate(model.proto, model.inputs)
    theirs = onnxruntime(model)
    ours = ENGINES[engine](model)
    if len(ours) != len(exact):
        raise ValueError(f"expected {len(exact)} outputs, got {len(ours)}")
    return [
        Figure(name, info.name, spread(want), *errors(got, want), *errors(peer, want))
        for info, want, got, peer in zip(model.proto.graph.output, exact, ours, theirs)
    ]


def line(f: Figure) -> str:
    verdict = "collapsed" if not f.proves else "ok" if f.accurate else "INACCURATE"
    return (
        f"{f.model:14s} {f.output:18s} spread {f.spread:5.2f}  max {f.max_error:8.1e} (ort {f.ort_max_error:8.1e})"
        f"  rms {f.rms_error:8.1e} (ort {f.ort_rms_error:8.1e})  {verdict}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark.accuracy", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"models out of {', '.join(MODELS)}; the accuracy set unless given")
    parser.add_argument("--engine", choices=ENGINES, default="delos")
    parser.add_argument("--size", choices=["full", "small"], default="full")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    figures = []
    for name in args.names or ACCURACY:
        figures += compare(name, args.engine, size=args.size, batch=args.batch)
        print("\n".join(line(f) for f in figures if f.model == name), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(f) for f in figures], indent=1))
    good = sum(f.accurate and f.proves for f in figures)
    print(f"{good} of {len(figures)} outputs accurate")
    return 0 if good == len(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
