"""Runs two engines in turn, A-B-B-A, in several pairs of fresh processes."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
BLOCK_SECONDS = 0.05
MIN_RUNS = 3
# Idle workers of the engine that ran last spin for a while; the next block starts after they sleep.
SETTLE_SECONDS = 0.02


class EngineFailed(Exception):
    """The engine's process ended; the text is its last line on stderr."""


class Child:
    """An engine's process."""

    def __init__(self, engine: str, model: Path, inputs: Path, threads: int) -> None:
        self.outputs = Path(tempfile.mkstemp(suffix=".npz")[1])
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmark.comparison.child", engine, model, inputs, self.outputs, str(threads)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=os.environ | {"OMP_NUM_THREADS": str(threads), "IREE_TASK_TOPOLOGY_GROUP_COUNT": str(threads)},
        )  # fmt: skip
        self.started = self._read()

    def _read(self) -> dict:
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.log.seek(0)
        tail = [text.strip() for text in self.log.read().splitlines() if text.strip()]
        self.close()
        raise EngineFailed(tail[-1] if tail else f"exit status {self.process.returncode}")

    def seconds(self, runs: int) -> float:
        """Mean seconds of a run over a block of `runs`."""
        time.sleep(SETTLE_SECONDS)
        self.begin(runs)
        return self.finish() / runs

    def begin(self, runs: int) -> None:
        """Starts a block of `runs`, which `finish` waits for."""
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()

    def finish(self) -> float:
        """Seconds that the block took."""
        return self._read()["seconds"]

    def results(self) -> list[np.ndarray]:
        with np.load(self.outputs) as data:
            return [data[name] for name in data.files]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()
        self.outputs.unlink(missing_ok=True)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Timing:
    """What several processes measured: seconds of A and B per pair, and the costs of loading."""

    a: list[float] = field(default_factory=list)
    b: list[float] = field(default_factory=list)
    load_a: list[float] = field(default_factory=list)
    load_b: list[float] = field(default_factory=list)
    rss_a: float = 0.0
    rss_b: float = 0.0
    disagreement: float = 0.0

    @property
    def ratios(self) -> list[float]:
        """How many times faster A is, pair by pair."""
        return [b / a for a, b in zip(self.a, self.b)]


def disagreement(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    """The largest difference over all outputs, each relative to its own largest magnitude."""
    if [x.shape for x in a] != [x.shape for x in b]:
        raise EngineFailed(f"output shapes differ: {[x.shape for x in a]} and {[x.shape for x in b]}")
    worst = 0.0
    for x, y in zip(a, b):
        scale = np.abs(y).max(initial=0.0) or 1.0
        difference = np.abs(x.astype(np.float64) - y).max(initial=0.0) / scale
        worst = max(worst, float(difference) if np.isfinite(difference) else math.inf)
    return worst


def block_runs(child: Child) -> int:
    """As many runs as a block needs to last long enough."""
    once = child.seconds(MIN_RUNS)
    return max(MIN_RUNS, math.ceil(BLOCK_SECONDS / once))


def time_pair(a: str, b: str, model: Path, inputs: Path, *, threads: int, processes: int, pairs: int) -> Timing:
    """A-B-B-A blocks, `pairs` of them in each of `processes` fresh pairs of processes."""
    timing = Timing()
    for _ in range(processes):
        with Child(a, model, inputs, threads) as first, Child(b, model, inputs, threads) as second:
            timing.load_a.append(first.started["load_s"])
            timing.load_b.append(second.started["load_s"])
            timing.rss_a, timing.rss_b = first.started["rss_mib"], second.started["rss_mib"]
            timing.disagreement = max(timing.disagreement, disagreement(first.results(), second.results()))
            runs_a, runs_b = block_runs(first), block_runs(second)
            for _ in range(pairs):
                blocks = [first.seconds(runs_a), second.seconds(runs_b), second.seconds(runs_b), first.seconds(runs_a)]
                timing.a.append((blocks[0] + blocks[3]) / 2)
                timing.b.append((blocks[1] + blocks[2]) / 2)
    return timing
