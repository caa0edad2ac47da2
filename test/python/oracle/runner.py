"""Runs modules of graph functions through an executable that speaks the batch protocol of delos-reference."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from oracle.graph_ir import Function, numpy_dtype

BIN = Path(__file__).parents[3] / "build" / "bin"


@dataclass
class Case:
    """A function with its inputs. `tags` say what it is about (op, dtype, shape) and name it in reports. An element of a float
    result may be off by relative * |want| + absolute + scale * max |want|."""

    function: Function
    inputs: Sequence[np.ndarray]
    tags: Mapping[str, str] = field(default_factory=dict)
    relative: float = 0.0
    absolute: float = 0.0
    scale: float = 0.0

    @property
    def label(self) -> str:
        return " ".join([self.function.name, *(f"{key}={value}" for key, value in self.tags.items())])


@dataclass
class Outcome:
    """What became of one function: arrays, or a message, or (`missing`) nothing."""

    arrays: list[np.ndarray] | None
    error: str = ""
    missing: bool = False


def module_text(cases: Sequence[Case]) -> str:
    return "\n".join(case.function.text() for case in cases)


def save(path: Path, array: np.ndarray) -> None:
    np.save(path, np.ascontiguousarray(array).reshape(np.shape(array)))


def load(path: Path, dtype: str) -> np.ndarray:
    array = np.load(path)
    return array.view(numpy_dtype(dtype)) if array.dtype.kind == "V" else array


def _collect(folder: Path, case: Case) -> Outcome:
    error = folder / f"{case.function.name}.error"
    if error.exists():
        return Outcome(None, error.read_text().strip())
    arrays = []
    for index, value in enumerate(case.function.results):
        path = folder / f"{case.function.name}.out{index}.npy"
        if not path.exists():
            return Outcome(None, f"no output {index}", missing=True)
        arrays.append(load(path, value.dtype))
    return Outcome(arrays)


def _run_once(cases: Sequence[Case], tool: str, options: Sequence[str], timeout: float) -> tuple[list[Outcome], str]:
    """Outcomes, and how the process ended when it did so before its last case."""
    with tempfile.TemporaryDirectory(prefix="delos-oracle-") as name:
        folder = Path(name)
        (folder / "module.mlir").write_text(module_text(cases))
        for case in cases:
            assert [a.shape for a in case.inputs] == [v.shape for v in case.function.arguments], case.label
            for index, array in enumerate(case.inputs):
                save(folder / f"{case.function.name}.in{index}.npy", array)
        command = [str(BIN / tool), str(folder / "module.mlir"), "--batch", name, *options]
        try:
            process = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
            ending = f"exit status {process.returncode}: {process.stderr.strip()[-2000:]}"
        except subprocess.TimeoutExpired:
            ending = f"no end after {timeout:g} s"
        return [_collect(folder, case) for case in cases], ending


def run(cases: Sequence[Case], tool: str = "delos-reference", options: Sequence[str] = (), timeout: float = 600) -> list[Outcome]:
    """One process for all cases. The case at which a process dies has that as its outcome, and the rest get another one;
    a module that does not parse is an outcome of all."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(cases):
        batch, ending = _run_once(cases[len(outcomes) :], tool, options, timeout)
        done = next((i for i, outcome in enumerate(batch) if outcome.missing), len(batch))
        outcomes += batch[:done]
        if done == 0 and "is no MLIR module" in ending:
            return [Outcome(None, ending)] * len(cases)
        if done < len(batch):
            outcomes.append(Outcome(None, ending))
    return outcomes


def run_one(case: Case, **keywords) -> list[np.ndarray]:
    outcome = run([case], **keywords)[0]
    assert outcome.arrays is not None, f"{case.label}: {outcome.error}\n{case.function.text()}"
    return outcome.arrays
