"""The result file and its Markdown."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import numpy as np

from benchmark.comparison.engines import version_of
from benchmark.comparison.pairs import ROOT, Timing
from benchmark.comparison.statistics import geometric_mean, median_ratio


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"


def environment(engines: list[str], options: dict) -> dict:
    return {
        "processor": processor(),
        "cpus": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "commit": commit(),
        "versions": {engine: version_of(engine) for engine in engines},
        "options": options,
    }


def row(timing: Timing) -> dict:
    """One cell of the result file: times in milliseconds, the ratio peer / Delos with its interval."""
    ratio = median_ratio(timing.ratios)
    return {
        "delos_ms": 1e3 * float(np.median(timing.a)),
        "peer_ms": 1e3 * float(np.median(timing.b)),
        "speedup": ratio.median,
        "low": ratio.low,
        "high": ratio.high,
        "pairs": len(timing.ratios),
        "delos_load_s": min(timing.load_a),
        "delos_load_max_s": max(timing.load_a),
        "peer_load_s": min(timing.load_b),
        "delos_rss_mib": timing.rss_a,
        "peer_rss_mib": timing.rss_b,
        "disagreement": timing.disagreement,
    }


def merged(old: dict, new: dict, order: list[str]) -> dict:
    """Both results: the newer figure of each case and peer, cases in `order`."""
    peers = list(dict.fromkeys([*old["peers"], *new["peers"]]))
    versions = old["environment"]["versions"] | new["environment"]["versions"]
    cases = {name: old["cases"].get(name, {}) | new["cases"].get(name, {}) for name in order}
    return {
        "environment": new["environment"] | {"versions": versions},
        "peers": peers,
        "cases": {name: results for name, results in cases.items() if results},
        "empty_call_us": old.get("empty_call_us", {}) | new.get("empty_call_us", {}),
    }


def regressions(old: dict, new: dict) -> list[str]:
    """Cases whose whole interval lies below the earlier one's: slower beyond what the clock does."""
    found = []
    for name, results in new["cases"].items():
        for peer, result in results.items():
            before = old["cases"].get(name, {}).get(peer, {"failed": ""})
            if "failed" not in before and "failed" not in result and result["high"] < before["low"]:
                found.append(f"slower than before: {name} against {peer}: {cell(result)}, was {cell(before)}")
    return found


def cell(result: dict) -> str:
    if "failed" in result:
        return f"failed: {result['failed'][:80]}"
    return f"{result['speedup']:.2f} [{result['low']:.2f}, {result['high']:.2f}]"


def markdown(data: dict) -> str:
    about, peers = data["environment"], data["peers"]
    lines = [
        "# Delos and its peers",
        "",
        f"{about['processor']}, {about['cpus']} CPUs; commit {about['commit']}; "
        + ", ".join(f"{k} {v}" for k, v in about["versions"].items()) + ".",
        "Speed-up: median over interleaved pairs of (peer's time / Delos's time) with its 95 % bootstrap interval; above 1 Delos is faster.",
        "Load: model file to first result, the slowest of the processes. RSS: the largest of the process at that time.",
        "",
        "| case | Delos ms | load s | RSS MiB | " + " | ".join(f"{p} ms | {p} speed-up" for p in peers) + " |",
        "|---|---|---|---|" + "---|---|" * len(peers),
    ]  # fmt: skip
    for name, results in data["cases"].items():
        first = next((r for r in results.values() if "failed" not in r), None)
        own = f"{first['delos_ms']:.3f} | {first['delos_load_max_s']:.2f} | {first['delos_rss_mib']:.0f}" if first else "- | - | -"
        shown = [results.get(peer, {"failed": "not run"}) for peer in peers]
        theirs = [f"{r['peer_ms']:.3f} | {cell(r)}" if "failed" not in r else f"- | {cell(r)}" for r in shown]
        lines.append(f"| {name} | {own} | " + " | ".join(theirs) + " |")
    lines.append("")
    for peer in peers:
        speedups = {n: r[peer]["speedup"] for n, r in data["cases"].items() if "failed" not in r.get(peer, {"failed": 1})}
        if speedups:
            least = min(speedups, key=speedups.get)
            lines.append(
                f"Geometric mean against {peer}: {geometric_mean(list(speedups.values())):.3f} over {len(speedups)} cases; "
                f"least {speedups[least]:.2f} ({least})."
            )
    if data.get("empty_call_us"):
        calls = ", ".join(f"{engine} {us:.1f}" for engine, us in data["empty_call_us"].items())
        lines.append(f"An empty call costs (us): {calls}.")
    return "\n".join(lines) + "\n"
