"""Turns verdicts into JSON and into docs/results/conformance.md."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

VERDICTS = ("pass", "wrong", "crash", "hang", "unsupported")


def summarize(results: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(r["verdict"] for r in results)
    totals = {verdict: counts.get(verdict, 0) for verdict in VERDICTS}
    passed = [r.get("counters", {}) for r in results if r["verdict"] == "pass"]
    return totals | {
        "cases": len(results),
        "interpreted": sum(c.get("interpreted", 0) for c in passed),
        "kernels": sum(c.get("kernels", 0) for c in passed),
        "forbidden_modules": sum(bool(r.get("forbidden")) for r in results),
    }


def clean(totals: dict[str, int]) -> bool:
    """Whether nothing is worse than 'unsupported'."""
    bad = ("wrong", "crash", "hang", "interpreted", "forbidden_modules")
    return not any(totals[key] for key in bad)


def closing_line(totals: dict[str, int]) -> str:
    verdicts = ", ".join(f"{totals[v]} {v}" for v in VERDICTS)
    return f"{totals['cases']} cases: {verdicts}; interpreted={totals['interpreted']}, kernels={totals['kernels']}"


def reason_class(reason: str) -> str:
    """A reason without the names, versions and types of one case, so that equal causes count together."""
    text = re.sub(r"^\w+(Error|Exception|NotImplemented|Tool): ", "", reason)
    text = re.sub(r"^delos-\w+: ", "", text)
    text = re.sub(r"\b(node|tensor|value|input|output) (#\d+|'[^']*'|\"[^\"]*\")", r"\1 ...", text)
    text = re.sub(r"(\([\w.]+:\w+) v\d+(, [\w, ]+)?\)", r"\1)", text)
    return re.sub(r"\s+", " ", text).strip()[:160]


def table(counter: Counter) -> list[str]:
    return [f"| {count} | {reason.replace('|', chr(92) + '|')} |" for reason, count in counter.most_common()]


def operators(results: list[dict[str, Any]]) -> dict[str, Counter]:
    """Verdicts of the single-node cases, by operator."""
    found: dict[str, Counter] = {}
    for r in results:
        if "operator" in r:
            found.setdefault(r["operator"], Counter())[r["verdict"]] += 1
    return found


def operator_lines(results: list[dict[str, Any]]) -> list[str]:
    found = operators(results)
    whole = sorted(op for op, c in found.items() if c["pass"] == c.total())
    partly = sorted(op for op, c in found.items() if 0 < c["pass"] < c.total())
    none = sorted(op for op, c in found.items() if not c["pass"])
    return [
        "## Operators, by their single-node cases", "",
        f"All cases pass ({len(whole)}): {', '.join(whole) or 'none'}.", "",
        f"Some pass ({len(partly)}): " + (", ".join(f"{op} {found[op]['pass']}/{found[op].total()}" for op in partly) or "none") + ".", "",
        f"None passes ({len(none)}): {', '.join(none) or 'none'}.", "",
    ]  # fmt: skip


def markdown(mode: str, backend: str, versions: dict[str, str], results: list[dict[str, Any]]) -> str:
    totals = summarize(results)
    lines = [
        "# Conformance: the ONNX backend suite",
        "",
        f"`scripts/conformance --mode {mode}`, backend `{backend}`, "
        + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        "",
        "| verdict | cases |",
        "|---|---|",
        *[f"| {verdict} | {totals[verdict]} |" for verdict in VERDICTS],
        f"| all | {totals['cases']} |",
        "",
        f"Passing cases ran {totals['kernels']} compiled kernels and {totals['interpreted']} interpreted nodes.",
        "",
    ]  # fmt: skip
    for verdict in ("wrong", "crash", "hang"):
        bad = [r for r in results if r["verdict"] == verdict]
        if bad:
            lines += [f"## {verdict}", ""] + [f"- `{r['name']}`: {r['reason']}" for r in bad] + [""]
    reasons = Counter(reason_class(r["reason"]) for r in results if r["verdict"] == "unsupported")
    if reasons:
        lines += ["## Unsupported, by reason", "", "| cases | reason |", "|---|---|", *table(reasons), ""]
    return "\n".join(lines + operator_lines(results))
