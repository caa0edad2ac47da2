"""Runs the ONNX backend suite (onnx's CPU cases) and writes docs/results/conformance.{md,json}.

Each case ends as pass, wrong, crash, hang or unsupported (with the reason; a random operator, whose values cannot be
compared, counts there once shapes and dtypes agree). The run fails on anything worse than unsupported, on nodes that no compiled kernel computed, and when a worker process had another engine loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from importlib.metadata import version
from pathlib import Path

from conformance.cases import Case, suite
from conformance.pool import ROOT, run_all
from conformance.report import clean, closing_line, markdown, summarize


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/conformance", description=__doc__)
    parser.add_argument("--mode", choices=["static"], default="static", help="shapes as the suite stores them")
    parser.add_argument("--only", metavar="RE", help="cases whose name matches")
    parser.add_argument("--sample", type=int, metavar="N", help="N cases drawn with a fixed seed")
    parser.add_argument("--backend", default="delos.onnx_backend", help="module with a prepare function")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one case")
    parser.add_argument("--output", type=Path, metavar="DIR",
                        help="folder for conformance.{md,json}; docs/results for a whole run of Delos, else none")  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="a line for each case that did not pass")
    return parser.parse_args()


def choose(cases: list[Case], only: str | None, sample: int | None) -> list[Case]:
    chosen = [c for c in cases if not only or re.search(only, c.name)]
    if sample and sample < len(chosen):
        chosen = sorted(random.Random(0).sample(chosen, sample), key=lambda c: c.name)
    return chosen


def run(cases: list[Case], args: argparse.Namespace) -> list[dict]:
    results: dict[str, dict] = {}
    terminal = sys.stderr.isatty()

    def done(case: Case, result: dict) -> None:
        results[case.kind + "/" + case.name] = result | {"kind": case.kind}
        if args.verbose and result["verdict"] != "pass":
            print(f"{result['verdict']:11s} {case.name}: {result['reason']}", flush=True)
        if terminal:
            print(f"\r{len(results)}/{len(cases)}", end="", file=sys.stderr, flush=True)

    run_all(cases, args.backend, args.workers, args.timeout, done)
    if terminal:
        print("\r", end="", file=sys.stderr)
    return [results[c.kind + "/" + c.name] for c in cases]


def write(folder: Path, args: argparse.Namespace, results: list[dict]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"onnx": version("onnx")}
    (folder / "conformance.md").write_text(markdown(args.mode, args.backend, versions, results))
    cases = [{k: v for k, v in r.items() if k not in ("seconds", "forbidden")} for r in results]
    data = {"mode": args.mode, "backend": args.backend, "versions": versions, "totals": summarize(results), "cases": cases}
    (folder / "conformance.json").write_text(json.dumps(data, indent=1) + "\n")


def main() -> int:
    args = parse()
    own = args.backend == "delos.onnx_backend"
    cases = choose(suite(), args.only, args.sample)
    results = run(cases, args)
    whole = own and not args.only and not args.sample
    folder = args.output or (ROOT / "docs" / "results" if whole else None)
    if folder:
        write(folder, args, results)
    totals = summarize(results)
    for result in results:
        if result["verdict"] in ("wrong", "crash", "hang") and not args.verbose:
            print(f"{result['verdict']:6s} {result['name']}: {result['reason'][:200]}")
    print(closing_line(totals))
    return 0 if clean(totals) or not own else 1


if __name__ == "__main__":
    sys.exit(main())
