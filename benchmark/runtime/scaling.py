"""How much of a second core a model uses: one run on two threads against two independent copies on one thread each.

usage: python -m benchmark.runtime.scaling [MODEL ...] [--json FILE]

The two copies are the bound: nothing is handed over between them, and memory is shared in the same way. Blocks of both forms
alternate (A-B-B-A) in processes that live through the whole measurement; the figure is the median ratio of throughputs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

from benchmark.comparison.pairs import Child
from benchmark.models import MODELS, build

PUBLIC = ["resnet50", "mobilenet_v2", "bert_base", "gpt2", "mlp", "unet", "llama_decode", "vit"]
BLOCK_SECONDS = 0.3


def throughput(children: list[Child], runs: int) -> float:
    """Runs per second of all children together, each doing `runs` at the same time."""
    for child in children:
        child.begin(runs)
    return sum(runs / child.finish() for child in children)


def measure(model: Path, inputs: Path, engine: str, pairs: int) -> dict:
    with (
        Child(engine, model, inputs, 1) as first,
        Child(engine, model, inputs, 1) as second,
        Child(engine, model, inputs, 2) as shared,
    ):
        runs = max(3, round(BLOCK_SECONDS / first.seconds(3)))
        ratios, apart_rates, shared_rates = [], [], []
        for pair in range(pairs):
            forms = {"apart": [first, second], "shared": [shared]}
            rates = {}
            for form in list(forms)[:: 1 if pair % 2 else -1]:
                rates[form] = throughput(forms[form], runs)
            ratios.append(rates["shared"] / rates["apart"])
            apart_rates.append(rates["apart"])
            shared_rates.append(rates["shared"])
        alone = runs and 1 / min(first.seconds(runs) for _ in range(3))
    return {
        "ratio": statistics.median(ratios),
        "low": min(ratios),
        "high": max(ratios),
        "one_copy_per_s": alone,
        "two_copies_per_s": statistics.median(apart_rates),
        "two_threads_per_s": statistics.median(shared_rates),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark.runtime.scaling", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MODELS, []], help="models; the public ones unless given")
    parser.add_argument("--engine", default="delos")
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--folder", type=Path, help="holds NAME.onnx and NAME.npz, as benchmark.models writes them")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    results = {}
    for name in args.names or PUBLIC:
        with tempfile.TemporaryDirectory() as folder:
            model, inputs = Path(folder) / "model.onnx", Path(folder) / "inputs.npz"
            if args.folder:
                with np.load(args.folder / f"{name}.npz") as data:
                    np.savez(inputs, **{n.removeprefix("in_"): data[n] for n in data.files if n.startswith("in_")})
                model = args.folder / f"{name}.onnx"
            else:
                built = build(name)
                onnx.save(built.proto, model)
                np.savez(inputs, **built.inputs)
            row = results[name] = measure(model, inputs, args.engine, args.pairs)
        print(f"{name:14} 2 threads / 2 copies {row['ratio']:.3f} [{row['low']:.3f}, {row['high']:.3f}]   per second: "
              f"one copy {row['one_copy_per_s']:.2f}, two copies {row['two_copies_per_s']:.2f}, "
              f"two threads {row['two_threads_per_s']:.2f}", flush=True)  # fmt: skip
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
