"""The same cases through two tools, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oracle import numeric
from oracle.runner import Case, Outcome, run

COMPILED = "delos-compiled"


@dataclass
class Finding:
    """A case that disagrees with the reference. `unsupported` when the compiler said so itself."""

    case: Case
    text: str
    unsupported: bool = False

    def __str__(self) -> str:
        return f"{self.case.label}: {self.text}"


def judge(case: Case, want: Outcome, got: Outcome) -> Finding | None:
    if want.arrays is None:
        # An error of the run (an index outside its tensor) has to be one for the compiled code too.
        expected_error = "OUT_OF_RANGE" in want.error and got.arrays is None
        return None if expected_error else Finding(case, f"reference: {want.error}, other: {got.error or 'a result'}")
    if got.arrays is None:
        return Finding(case, got.error, unsupported="UNIMPLEMENTED" in got.error)
    for index, (w, g) in enumerate(zip(want.arrays, got.arrays)):
        if text := numeric.difference(g, w, case.relative, case.absolute, case.scale):
            return Finding(case, f"output {index}: {text}")
    return None


def compare(cases: Sequence[Case], tool: str = COMPILED, options: Sequence[str] = (), timeout: float = 600) -> list[Finding]:
    wanted = run(cases, timeout=timeout)
    got = run(cases, tool=tool, options=options, timeout=timeout)
    findings = (judge(case, w, g) for case, w, g in zip(cases, wanted, got))
    return [finding for finding in findings if finding]
