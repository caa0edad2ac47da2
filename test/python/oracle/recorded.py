"""The recorded mistakes: functions as text (recorded.mlir) with fresh inputs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from oracle import numeric
from oracle.graph_ir import DTYPES, Function, Size, Value
from oracle.runner import Case

FILE = Path(__file__).with_name("recorded.mlir")
DTYPE_OF = {spelling: name for name, (spelling, _) in DTYPES.items()}
TYPE = r"tensor<((?:[0-9?]+x)*)(\w+)(?:, #graph\.dims<([^>]*)>)?>"


def dims(shape: str, encoding: str | None) -> tuple[Size, ...]:
    if encoding is None:
        return tuple(Size(int(n)) for n in shape.split("x") if n)
    texts = [entry.strip().strip('"') for entry in encoding.split(",")]
    return tuple(Size(eval(re.sub(r"\bn(\d+)", r"\1", text), {}), None if text.isdigit() else text) for text in texts)


def values(text: str) -> list[Value]:
    """The typed values that `%name: type` declares in a signature, or the types alone of its results."""
    found = re.finditer(rf"(?:(%\w+): )?{TYPE}", text)
    return [Value(m[1] or "", DTYPE_OF[m[3]], dims(m[2], m[4])) for m in found]


def draw(random: np.random.Generator, value: Value) -> np.ndarray:
    """Small whole numbers, so that sums are exact in any order."""
    index = re.fullmatch(r"%index(\d+)", value.name)
    low, high = (-int(index[1]), int(index[1]) - 1) if index else (0 if value.dtype.startswith("u") else -3, 3)
    array = numeric.draw(random, value.dtype, value.shape, low, high)
    return np.rint(array.astype(np.float64)).astype(array.dtype) if numeric.is_float(value.dtype) else array


def cases(random: np.random.Generator) -> list[Case]:
    made = []
    for match in re.finditer(r"func\.func @(\w+)\((.*)\) -> (.*) \{\n((?:  .*\n)+)\}", FILE.read_text()):
        name, arguments, results, body = match.groups()
        returned = re.search(r"return (.*) :", body)[1].split(", ")
        outputs = [Value(label, v.dtype, v.dims) for label, v in zip(returned, values(results), strict=True)]
        lines = [line.strip() for line in body.splitlines() if "return" not in line]
        function = Function(name, values(arguments), lines, outputs)
        inputs = [draw(random, value) for value in function.arguments]
        made.append(Case(function, inputs, {"op": "recorded"}, relative=1e-5, absolute=1e-5, scale=1e-5))
    return made
