"""Imports every model of a folder and prints "NAME: EXIT CODE: MESSAGE" for each, sorted."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    run = subprocess.run(["delos-translate", "--import-onnx", str(path), "-o", "-"], capture_output=True, text=True, timeout=60, check=False)
    print(f"{path.stem}: {run.returncode}: {run.stderr.strip().removeprefix(f'delos-translate: {path}: ')}")
