"""The cases of the onnx package's backend suite, as plain records that a worker can be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

KINDS = ("node", "simple", "real", "pytorch-converted", "pytorch-operator")


@dataclass(frozen=True)
class Case:
    """One CPU case. `light` cases have made-up inputs and the outputs stored beside the model."""

    name: str
    kind: str
    model: str
    light: bool
    rtol: float
    atol: float


def suite() -> list[Case]:
    """Every case, in the order of kinds and names, as the package's own loader lists them."""
    from onnx.backend.test.loader import load_model_tests

    package = Path(__import__("onnx").__file__).parent.parent
    cases = []
    for kind in KINDS:
        for test in sorted(load_model_tests(kind=kind), key=lambda t: t.name):
            light = test.model_dir is None
            model = package / test.url if light else Path(test.model_dir) / "model.onnx"
            cases.append(Case(test.name, kind, str(model), light, test.rtol, test.atol))
    return cases


def from_json(line: str) -> Case:
    return Case(**json.loads(line))
