"""Compares the compiler with the reference interpreter.

usage: python -m oracle grid [--family NAME]... [--short] [--seed N]
       python -m oracle fuzz [--count N] [--seconds S] [--seed N]
Options of both: --tool NAME (default delos-compiled), --option TEXT (passed to the tool; may repeat), --list N.
Exit status 1 when something differs; what the compiler calls unsupported is counted apart.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import secrets
import sys
import time
from collections.abc import Iterator

import numpy as np

from oracle import fuzz, grid
from oracle.compare import COMPILED, Finding, compare
from oracle.runner import Case

BATCH = 200


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m oracle", description="Compares the compiler with the reference interpreter.")
    parser.add_argument("what", choices=["grid", "fuzz"])
    parser.add_argument("--family", action="append", default=[], choices=list(grid.FAMILIES), help="only these families of the grid")
    parser.add_argument("--short", action="store_true", help="fewer shapes")
    parser.add_argument("--count", type=int, default=200, help="random graphs to make")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop making graphs after this time")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--tool", default=COMPILED)
    parser.add_argument("--option", action="append", default=[], help="passed to the tool")
    parser.add_argument("--list", type=int, default=40, help="findings to print")
    return parser.parse_args(arguments)


def batches(cases: Iterator[Case], size: int) -> Iterator[list[Case]]:
    while batch := list(itertools.islice(cases, size)):
        yield batch


def report(findings: list[Finding], total: int, options: argparse.Namespace) -> int:
    wrong = [finding for finding in findings if not finding.unsupported]
    unsupported = collections.Counter(finding.case.tags.get("op", "graph") for finding in findings if finding.unsupported)
    for finding in wrong[: options.list]:
        print(finding)
        if options.what == "fuzz":
            print(fuzz.minimal(finding, options.tool, options.option))
    if len(wrong) > options.list:
        print(f"... and {len(wrong) - options.list} more")
    for op, count in unsupported.most_common():
        print(f"unsupported: {op} ({count})")
    print(f"oracle {options.what}: {total} cases, {len(wrong)} wrong, {sum(unsupported.values())} unsupported, seed {options.seed}")
    return 1 if wrong else 0


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    random = np.random.default_rng(options.seed)
    print(f"seed {options.seed}", flush=True)
    started, total, findings = time.monotonic(), 0, []
    if options.what == "grid":
        made = grid.cases(random, options.family, options.short)
    else:
        made = itertools.islice(fuzz.graphs(random), options.count)
    for batch in batches(made, BATCH if options.what == "grid" else 25):
        findings += compare(batch, options.tool, options.option)
        total += len(batch)
        if time.monotonic() - started > options.seconds:
            break
    return report(findings, total, options)


if __name__ == "__main__":
    sys.exit(main())
