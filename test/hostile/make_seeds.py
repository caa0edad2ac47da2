"""Writes the seed models of the hostile-file tests: python make_seeds.py FOLDER

The importer's test models, and small cases of the onnx package's own suite that cover its operators and kinds of values.
"""
from __future__ import annotations

import os
import sys
from pathlib import Path

import onnx

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test" / "import" / "Inputs"))
import models  # noqa: E402

OWN = ("mlp", "twins", "control-flow", "functions", "pass-through", "values", "dims", "defaults", "nested", "explosive", "external")
LARGEST = 8000  # bytes; small seeds are where a mutation hits something
EVERY = 25  # of the suite's cases


def main(folder: str) -> None:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        models.main(name, str(out / f"own-{name}.onnx"))
    (out / "seed.bin").write_bytes(bytes(4096))
    outside = out.parent / f"{out.name}-outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.bin").write_bytes(bytes(4096))
    for link, target in (("outside", outside), ("loop", out / "loop")):
        if not (out / link).is_symlink():
            (out / link).symlink_to(target)
    if not (out / "pipe").exists():
        os.mkfifo(out / "pipe")
    suite = Path(onnx.__file__).parent / "backend" / "test" / "data"
    cases = [path for path in sorted(suite.glob("*/*/model.onnx")) if path.stat().st_size <= LARGEST]
    for path in cases[::EVERY]:
        (out / f"{path.parent.name}.onnx").write_bytes(path.read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
