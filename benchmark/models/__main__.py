"""Writes models as NAME.onnx beside NAME.npz (inputs as in_*, ONNX Runtime's outputs as out_*)."""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx

from . import MODELS, build


def write(name: str, folder: Path, options: dict) -> None:
    import onnxruntime

    model = build(name, **options)
    path = folder / f"{name}.onnx"
    onnx.save(model.proto, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    outputs = session.run(None, model.inputs)
    arrays = {f"in_{k}": v for k, v in model.inputs.items()} | {f"out_{i}": o for i, o in enumerate(outputs)}
    np.savez(folder / f"{name}.npz", **arrays)
    print(name, f"{path.stat().st_size / 2**20:.1f} MiB", [o.shape for o in outputs][:3], flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark.models", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("names", nargs="*", choices=[*MODELS, []], help="models; all of them unless given")
    parser.add_argument("--size", choices=["full", "small"], default="full")
    parser.add_argument("--batch", type=int, help="batch size; each model's own unless given")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    options = {"size": args.size, "seed": args.seed} | ({"batch": args.batch} if args.batch else {})
    for name in args.names or MODELS:
        write(name, args.out, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
