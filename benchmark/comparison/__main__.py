"""Times Delos against every installed peer on the cases of benchmark/manifest.json.

For each case and peer: interleaved A-B-B-A blocks in several pairs of fresh processes; outputs are compared before any time
counts. Writes JSON, Markdown and an SVG plot.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

from benchmark.comparison import plot, report
from benchmark.comparison.engines import ENGINES, installed
from benchmark.comparison.pairs import ROOT, Child, EngineFailed, block_runs, time_pair
from benchmark.models import build
from benchmark.models.graph import GraphBuilder, Model

# Engines may round differently; a larger difference means that one of them computes something else.
AGREEMENT = 1e-3


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark/compare", description=__doc__)
    parser.add_argument("names", nargs="*", help="cases of the manifest; all of them unless given")
    parser.add_argument("--engine", default="delos", choices=ENGINES, help="the engine that is compared")
    parser.add_argument("--peers", help="comma-separated; every installed one unless given")
    parser.add_argument("--threads", type=int, help="instead of the manifest's")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=6, help="A-B-B-A pairs in each pair of processes")
    parser.add_argument("--quick", action="store_true", help="one pair of processes, three pairs: a look, not a figure")
    parser.add_argument("--set", help="only the cases of this set of the manifest: public, memory-bound, extra")
    parser.add_argument("--output", type=Path, metavar="STEM", help="writes STEM.json, STEM.md and STEM.svg")
    parser.add_argument("--update", action="store_true", help="keep what STEM.json says of other cases and peers")
    parser.add_argument("--against", type=Path, metavar="JSON", help="compares with this earlier result and fails where a case got slower")
    args = parser.parse_args()
    if args.quick:
        args.processes, args.pairs = 1, 3
    return args


def save(model: Model, folder: Path) -> tuple[Path, Path]:
    onnx.save(model.proto, folder / "model.onnx")
    np.savez(folder / "inputs.npz", **model.inputs)
    return folder / "model.onnx", folder / "inputs.npz"


def empty_model() -> Model:
    g = GraphBuilder("empty_call")
    x = g.input("x", (1,), np.ones(1, np.float32))
    return g.finish(x + 1.0)


def empty_calls(engines: list[str]) -> dict[str, float]:
    """Microseconds that each engine takes for one addition of one number."""
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = save(empty_model(), Path(folder))
        for engine in engines:
            try:
                with Child(engine, *paths, threads=1) as child:
                    costs[engine] = 1e6 * min(child.seconds(block_runs(child)) for _ in range(5))
            except EngineFailed as error:
                print(f"empty call, {engine}: {error}", file=sys.stderr)
    return costs


def compare_case(case: dict, peers: list[str], args: argparse.Namespace) -> dict[str, dict]:
    results: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = save(build(case["model"], size=case["size"], batch=case["batch"]), Path(folder))
        for peer in peers:
            try:
                timing = time_pair(args.engine, peer, *paths, threads=args.threads or case["threads"],
                                   processes=args.processes, pairs=args.pairs)  # fmt: skip
                results[peer] = report.row(timing)
                if timing.disagreement > AGREEMENT:
                    results[peer] = {"failed": f"outputs differ by {timing.disagreement:.1e}"}
            except EngineFailed as error:
                results[peer] = {"failed": str(error)}
            print(f"{case['name']:20s} {peer:12s} {report.cell(results[peer])}", flush=True)
    return results


def against(path: Path, data: dict) -> list[str]:
    """One line per case whose ratios to the peers fell clearly below those of an earlier result."""
    if not path.exists():
        print(f"nothing to compare with: {path} does not exist")
        return []
    return report.regressions(json.loads(path.read_text()), data)


def write(stem: Path, data: dict, order: list[str], *, update: bool) -> None:
    """The three files; with `update` over what the JSON file holds already."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    if update and stem.with_suffix(".json").exists():
        data = report.merged(json.loads(stem.with_suffix(".json").read_text()), data, order)
    stem.with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n")
    stem.with_suffix(".md").write_text(report.markdown(data))
    stem.with_suffix(".svg").write_text(plot.svg(data))


def main() -> int:
    args = parse()
    cases = json.loads((ROOT / "benchmark" / "manifest.json").read_text())["cases"]
    unknown = set(args.names) - {c["name"] for c in cases}
    if unknown:
        sys.exit(f"not in the manifest: {', '.join(sorted(unknown))}")
    peers = args.peers.split(",") if args.peers else [e for e in ENGINES if e != args.engine and installed(e)]
    options = {"processes": args.processes, "pairs": args.pairs, "threads": args.threads}
    data = {"environment": report.environment([args.engine, *peers], options), "peers": peers, "cases": {}}
    data["empty_call_us"] = empty_calls([args.engine, *peers])
    for case in cases:
        if (not args.names or case["name"] in args.names) and (not args.set or case["set"] == args.set):
            data["cases"][case["name"]] = compare_case(case, peers, args)
    failed = any("failed" in r for results in data["cases"].values() for r in results.values())
    slower = against(args.against, data) if args.against else []
    if args.output:
        write(args.output, data, [case["name"] for case in cases], update=args.update)
    print("\n" + report.markdown(data))
    print("\n".join(slower))
    return 1 if failed or slower else 0


if __name__ == "__main__":
    sys.exit(main())
