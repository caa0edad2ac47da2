"""The lists in manifest.json: python -m benchmark.manifest appends the kernel cases that the program has and the list lacks.

A case is only ever added: a name that the program no longer has is an error, and nothing is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "benchmark" / "manifest.json"
PROGRAM = ROOT / "build" / "bin" / "delos-kernel-bench"


def program_kernels() -> list[str]:
    """The names of the program's cases, in its order."""
    result = subprocess.run([PROGRAM, "--list"], capture_output=True, text=True, check=True)
    return result.stdout.split()


def dropped(listed: list[str], program: list[str]) -> list[str]:
    """Names in the list that the program lacks."""
    return sorted(set(listed) - set(program))


def merged(listed: list[str], program: list[str]) -> list[str]:
    """The list with the program's further names, each behind the last one of its family."""
    result = list(listed)
    for name in program:
        if name not in result:
            family = name.split("/")[0]
            result.insert(max((i + 1 for i, n in enumerate(result) if n.split("/")[0] == family), default=len(result)), name)
    return result


def text(manifest: dict) -> str:
    """One case a line, so that a change shows as one."""

    def lines(entries: list) -> str:
        return ",\n".join("  " + json.dumps(entry) for entry in entries)

    return (
        f'{{\n "about": {json.dumps(manifest["about"])},\n'
        f' "cases": [\n{lines(manifest["cases"])}\n ],\n "kernels": [\n{lines(manifest["kernels"])}\n ]\n}}\n'
    )


def main() -> int:
    manifest, program = json.loads(MANIFEST.read_text()), program_kernels()
    listed = manifest.get("kernels", [])
    if missing := dropped(listed, program):
        print(f"the program lacks {len(missing)} listed cases: {', '.join(missing)}", file=sys.stderr)
        return 1
    manifest["kernels"] = merged(listed, program)
    MANIFEST.write_text(text(manifest))
    print(f"{len(manifest['kernels']) - len(listed)} cases added, {len(manifest['kernels'])} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
