"""Compares the compiler with the reference interpreter.

usage: python -m oracle grid [--family NAME]... [--short] [--seed N]
       python -m oracle fuzz [--count N] [--seconds S] [--seed N] [--graph SEED]... [--resume FILE]
Options of both: --tool NAME (default delos-compiled), --option TEXT (passed to the tool; may repeat), --list N.
Exit status 1 when something differs; what the compiler calls unsupported is counted apart.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from oracle import fuzz, grid
from oracle.compare import COMPILED, Finding, compare
from oracle.runner import BIN, Case

BATCH = 200


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m oracle", description="Compares the compiler with the reference interpreter.")
    parser.add_argument("what", choices=["grid", "fuzz"])
    parser.add_argument("--family", action="append", default=[], choices=list(grid.FAMILIES), help="only these families of the grid")
    parser.add_argument("--short", action="store_true", help="fewer shapes")
    parser.add_argument("--graph", action="append", type=int, default=[], help="the random graph of this seed (graph_SEED in a report)")
    parser.add_argument("--count", type=int, default=200, help="random graphs to make")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop making graphs after this time")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--tool", default=COMPILED)
    parser.add_argument("--option", action="append", default=[], help="passed to the tool")
    parser.add_argument("--list", type=int, default=40, help="findings to print")
    parser.add_argument("--resume", type=Path, help="keep in this file how far a run got, and go on there (fuzz)")
    return parser.parse_args(arguments)


def batches(cases: Iterator[Case], size: int) -> Iterator[list[Case]]:
    while batch := list(itertools.islice(cases, size)):
        yield batch


class Report:
    """Prints findings as they come, up to a limit, and counts them."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.total, self.wrong = options, 0, collections.Counter()
        self.unsupported = collections.Counter()

    def add(self, cases: list[Case], findings: list[Finding]) -> None:
        self.total += len(cases)
        for finding in findings:
            op = finding.case.tags.get("op", "graph")
            (self.unsupported if finding.unsupported else self.wrong)[op] += 1
            if finding.unsupported or self.wrong.total() > self.options.list:
                continue
            print(finding, flush=True)
            if self.options.what == "fuzz":
                print(fuzz.minimal(finding, self.options.tool, self.options.option), flush=True)

    def conclude(self) -> int:
        for name, counter in (("unsupported", self.unsupported), ("wrong", self.wrong)):
            for op, count in counter.most_common():
                print(f"{name}: {op} ({count})")
        counts = f"{self.total} cases, {self.wrong.total()} wrong, {self.unsupported.total()} unsupported"
        print(f"oracle {self.options.what}: {counts}, seed {self.options.seed}")
        return 1 if self.wrong else 0


class Progress:
    """How far a run got, in a file. A run goes on where one with the same count, options and build of the tool stopped; a
    finished one is not gone on with."""

    def __init__(self, options: argparse.Namespace):
        built = (BIN / options.tool).stat().st_mtime_ns
        self.file, self.of = options.resume, [options.count, options.tool, *options.option, built]
        stored = json.loads(self.file.read_text()) if self.file and self.file.exists() else {}
        goes_on = stored.get("of") == self.of and stored["done"] < options.count
        self.state = stored if goes_on else {"of": self.of, "seed": options.seed, "done": 0, "wrong": {}, "unsupported": {}}

    def resume(self, report: Report) -> None:
        report.total = self.state["done"]
        report.wrong.update(self.state["wrong"])
        report.unsupported.update(self.state["unsupported"])

    def keep(self, report: Report) -> None:
        if self.file:
            self.state |= {"done": report.total, "wrong": report.wrong, "unsupported": report.unsupported}
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(self.state) + "\n")


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    progress = Progress(options)
    options.seed = progress.state["seed"]
    random = np.random.default_rng(options.seed)
    print(f"seed {options.seed}", flush=True)
    started, report = time.monotonic(), Report(options)
    if options.what == "grid":
        made = grid.cases(random, options.family, options.short)
    elif options.graph:
        made = map(fuzz.graph, options.graph)
    else:
        progress.resume(report)
        made = map(fuzz.graph, itertools.islice(fuzz.seeds(random), report.total, options.count))
    for batch in batches(made, BATCH if options.what == "grid" else 25):
        report.add(batch, compare(batch, options.tool, options.option))
        progress.keep(report)
        if time.monotonic() - started > options.seconds:
            break
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
