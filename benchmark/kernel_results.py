"""Figures of delos-kernel-bench as Markdown, and against earlier ones: python -m benchmark.kernel_results NEW.json [options].

Cases are grouped by family and the last part of their names; a case fails against an earlier result where its upper
quartile lies clearly below the earlier lower one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmark.comparison.report import commit, processor
from benchmark.comparison.statistics import geometric_mean

# A few rounds of a short block spread by some percent from process to process.
SLACK = 0.93


def groups(cases: list[dict]) -> dict[str, list[dict]]:
    """Cases that were measured, by "family" or "family/kind"."""
    result: dict[str, list[dict]] = {}
    for case in cases:
        if "failed" not in case:
            parts = case["name"].split("/")
            name = f"{parts[0]}/{parts[-1]}" if len(parts) > 2 and parts[-1][0].isalpha() else "/".join(parts[:-1])
            result.setdefault(name, []).append(case)
    return result


def markdown(data: dict) -> str:
    peaks = data["peaks"]
    lines = [
        "# Kernels against the machine's limits",
        "",
        f"{processor()}; commit {commit()}; {peaks['threads']} thread(s), {peaks['bits']}-bit vectors, multiply-add peak "
        f"{peaks['fma']:.0f} GF/s; peer {data['peer'] or 'none'}. Each figure is the median of rounds of peak, kernel, peer, peak.",
        "",
        "| group | cases | geometric mean, % of bound | least | against the peer |",
        "|---|---|---|---|---|",
    ]
    for name, cases in groups(data["cases"]).items():
        least = min(cases, key=lambda case: case["fraction"])
        ratios = [case["onednn_ratio"] for case in cases if "onednn_ratio" in case]
        lines.append(
            f"| {name} | {len(cases)} | {100 * geometric_mean([case['fraction'] for case in cases]):.1f} | "
            f"{100 * least['fraction']:.1f} ({least['name']}) | {f'{geometric_mean(ratios):.2f}' if ratios else '-'} |"
        )
    failed = [case for case in data["cases"] if "failed" in case]
    lines += ["", *(f"Failed: {case['name']}: {case['failed']}" for case in failed)]
    lines += ["", "| case | ms | % of bound | bound by | GF/s | GB/s | peer / Delos |", "|---|---|---|---|---|---|---|"]
    for case in data["cases"]:
        if "failed" not in case:
            peer = f"{case['onednn_ratio']:.2f}" if "onednn_ratio" in case else "-"
            lines.append(
                f"| {case['name']} | {case['ms']:.4f} | {100 * case['fraction']:.1f} | {case['limit']} | "
                f"{case['gflops']:.1f} | {case['gbytes']:.1f} | {peer} |"
            )
    return "\n".join(lines) + "\n"


def slower(old: dict, new: dict) -> list[str]:
    """One line per case that reaches clearly less of its bound than before."""
    before = {case["name"]: case for case in old["cases"] if "failed" not in case}
    return [
        f"slower than before: {case['name']}: {100 * case['fraction']:.1f} % of its bound, was {100 * before[case['name']]['fraction']:.1f} %"
        for case in new["cases"]
        if "failed" not in case
        and case["name"] in before
        and case["fraction_high"] < SLACK * before[case["name"]]["fraction_low"]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("new", type=Path)
    parser.add_argument("--against", type=Path, metavar="JSON", help="earlier figures; a missing file is none")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    args = parser.parse_args()
    data = json.loads(args.new.read_text())
    if args.markdown:
        args.markdown.write_text(markdown(data))
    found = slower(json.loads(args.against.read_text()), data) if args.against and args.against.exists() else []
    print("\n".join(found) if found else "no kernel is slower than before")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
