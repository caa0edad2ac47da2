"""Compiles models from ONNX files and shows what Delos made of them, beside ONNX Runtime: python -m examples.demo [MODEL...]

Ends non-zero when an output disagrees with ONNX Runtime's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from rich.console import Console
from rich.table import Table

import delos
from benchmark.comparison.pairs import disagreement
from benchmark.models import MODELS, build

SHOWN = ("mlp", "resnet50", "bert_base", "mobilenet_v2", "llama_decode", "train_step")
THREADS = 2
# Largest difference to ONNX Runtime, relative to the output's largest magnitude.
AGREEMENT = 1e-3
KERNEL_ROWS = 8


@dataclass
class Outcome:
    """What a model's run showed."""

    name: str
    megabytes: float
    compile_seconds: float
    difference: float
    delos_ms: float
    ort_ms: float
    report: dict
    busy: list[float]  # seconds that all threads spent in each kernel during one run


def interleaved(first: Callable, second: Callable, rounds: int = 6) -> tuple[float, float]:
    """Best milliseconds of both, timed in turn so that a change of the machine's speed meets both."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for index in (0, 1, 1, 0):
            start = time.perf_counter()
            (first, second)[index]()
            best[index] = min(best[index], time.perf_counter() - start)
            time.sleep(0.005)
    return 1e3 * best[0], 1e3 * best[1]


def kernel_seconds(executable: delos.Executable, arguments: list[np.ndarray]) -> list[float]:
    busy = [0.0] * len(executable.report()["kernels"])
    for launch in executable.trace(*arguments)[1]["launches"]:
        busy[launch["kernel"]] += launch["end"] - launch["begin"]
    return busy


def show_model(name: str, folder: Path) -> Outcome:
    model = build(name)
    path = folder / f"{name}.onnx"
    onnx.save(model.proto, path)
    start = time.perf_counter()
    executable = delos.compile(str(path), threads=THREADS)
    compile_seconds = time.perf_counter() - start
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    arguments = list(model.inputs.values())
    difference = disagreement(list(executable(*arguments)), session.run(None, model.inputs))
    times = interleaved(lambda: executable(*arguments), lambda: session.run(None, model.inputs))
    megabytes = path.stat().st_size / 1e6
    path.unlink()
    busy = kernel_seconds(executable, arguments)
    return Outcome(name, megabytes, compile_seconds, difference, *times, executable.report(), busy)


def kernel_table(outcome: Outcome) -> Table:
    """The kernels that took most of a run, with what was fused into them."""
    kernels = outcome.report["kernels"]
    total = sum(outcome.busy) or 1.0
    nodes, launches = outcome.report["nodes"], sum(k["launches"] for k in kernels)
    table = Table(title=f"{outcome.name}: {nodes} nodes -> {len(kernels)} kernels, {launches} launches", title_justify="left")
    for header in ("kernel", "kind", "launches", "time", "GFLOP/s", "GB/s", "fused nodes"):
        table.add_column(header, justify="right" if header in ("launches", "time", "GFLOP/s", "GB/s") else "left")
    ranked = sorted(zip(outcome.busy, kernels), key=lambda pair: -pair[0])
    for seconds, k in ranked[:KERNEL_ROWS]:
        members = ", ".join(k["members"][:4]) + (f" + {len(k['members']) - 4}" if len(k["members"]) > 4 else "")
        rate = k["launches"] / (seconds or 1.0) / 1e9
        moved = k["bytes_read"] + k["bytes_written"]
        table.add_row(k["name"], k["kind"], str(k["launches"]), f"{seconds / total:.0%}", f"{k['flops'] * rate:.1f}",
                      f"{moved * rate:.1f}", members)  # fmt: skip
    if len(ranked) > KERNEL_ROWS:
        rest = ranked[KERNEL_ROWS:]
        share = sum(seconds for seconds, _ in rest) / total
        table.add_row(f"{len(rest)} others", "", str(sum(k["launches"] for _, k in rest)), f"{share:.0%}", "", "", "")
    return table


def summary(outcomes: list[Outcome]) -> Table:
    table = Table(title=f"Delos {delos.__version__} and ONNX Runtime {ort.__version__}, {THREADS} threads", title_justify="left")
    for header in ("model", "MB", "compile s", "kernels", "difference", "Delos ms", "ORT ms", "ORT / Delos"):
        table.add_column(header, justify="left" if header == "model" else "right")
    for o in outcomes:
        agreement = f"{o.difference:.1e}" if o.difference <= AGREEMENT else f"[red]{o.difference:.1e}[/]"
        table.add_row(o.name, f"{o.megabytes:.0f}", f"{o.compile_seconds:.2f}", str(len(o.report["kernels"])), agreement,
                      f"{o.delos_ms:.2f}", f"{o.ort_ms:.2f}", f"{o.ort_ms / o.delos_ms:.2f}x")  # fmt: skip
    return table


def compile_phases(outcomes: list[Outcome]) -> Table:
    phases = list(dict.fromkeys(p["name"] for o in outcomes for p in o.report["phases"]))
    table = Table(title="Where compile time goes (seconds)", title_justify="left")
    for header in ("model", *phases):
        table.add_column(header, justify="left" if header == "model" else "right")
    for o in outcomes:
        seconds = {p["name"]: p["seconds"] for p in o.report["phases"]}
        table.add_row(o.name, *[f"{seconds.get(p, 0.0):.2f}" for p in phases])
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"out of {', '.join(MODELS)}")
    chosen = parser.parse_args().models or SHOWN
    console = Console(width=None if sys.stdout.isatty() else 140)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            with console.status(f"{name}: building, compiling, running"):
                outcomes.append(show_model(name, Path(folder)))
            console.print(kernel_table(outcomes[-1]), "\n")
    console.print(compile_phases(outcomes), "\n")
    console.print(summary(outcomes))
    wrong = [o.name for o in outcomes if o.difference > AGREEMENT]
    if wrong:
        console.print(f"[red]differs from ONNX Runtime: {', '.join(wrong)}[/]")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
