"""Compiled models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from delos import _arrays, _runtime
from delos._runtime import Cancellation
from delos.errors import InvalidArgumentError


@dataclass(frozen=True)
class ValueInfo:
    """An input or output: `shape` holds sizes, and names or formulas ("batch", "(batch * 4)") where a dim is symbolic."""

    name: str
    dtype: np.dtype | None
    shape: tuple[int | str, ...]


def _value_info(name: str, element_type: int, dims: Sequence[tuple[int, str, str]]) -> ValueInfo:
    shape = tuple(size if size >= 0 else dim or formula for size, dim, formula in dims)
    return ValueInfo(name, _arrays.DTYPES.get(element_type), shape)


class Executable:
    """A compiled model. May be called from several threads at once; runs release the interpreter's lock.

    Arrays are NumPy arrays (with ml_dtypes's bfloat16, float8 and sub-byte types), anything with `__dlpack__` on the CPU
    (PyTorch tensors), or numbers and nested lists. Dense arrays are read in place, results own their memory.
    """

    def __init__(self, capsule: Any) -> None:
        self._handle = _runtime.Executable(capsule)
        self._inputs = tuple(_value_info(*value) for value in self._handle.inputs())
        self._outputs = tuple(_value_info(*value) for value in self._handle.outputs())
        self._input_names = tuple(value.name for value in self._inputs)
        self._output_names = tuple(value.name for value in self._outputs)

    @property
    def inputs(self) -> tuple[ValueInfo, ...]:
        return self._inputs

    @property
    def outputs(self) -> tuple[ValueInfo, ...]:
        return self._outputs

    def __call__(
        self, *arrays: Any, poison: bool = False, timeout: float = 0, cancellation: Cancellation | None = None
    ) -> tuple[np.ndarray, ...]:
        """Runs on one array per input, in the order of `inputs`; one result per output. With `poison`, temporaries and
        results are filled with NaN bytes first (for tests). After `timeout` seconds (0: never), or once `cancellation` is
        cancelled, the run ends with DeadlineExceededError or CancelledError."""
        return self._handle.run(arrays, poison, timeout, cancellation)

    def run(
        self,
        feeds: Mapping[str, Any],
        *,
        poison: bool = False,
        timeout: float = 0,
        cancellation: Cancellation | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs on arrays by the inputs' names; results by the outputs' names."""
        results = self._handle.run(self._positional(feeds), poison, timeout, cancellation)
        return dict(zip(self._output_names, results))

    def run_into(
        self,
        feeds: Mapping[str, Any] | Sequence[Any],
        outputs: Sequence[np.ndarray],
        *,
        timeout: float = 0,
        cancellation: Cancellation | None = None,
    ) -> None:
        """Runs and writes the results into `outputs`: dense, writable NumPy arrays of the right type and shape that
        overlap neither the inputs nor each other."""
        arrays = self._positional(feeds) if isinstance(feeds, Mapping) else tuple(feeds)
        self._handle.run_into(arrays, tuple(outputs), False, timeout, cancellation)

    def trace(self, *arrays: Any) -> tuple[tuple[np.ndarray, ...], dict[str, Any]]:
        """Like a call, also giving launch times: {"seconds", "launches": [{"launch", "kernel", "thread", ...}]}."""
        results, times = self._handle.run_traced(arrays)
        return results, json.loads(times)

    def arena_bytes(self, *arrays: Any) -> int:
        """Bytes of temporaries that a run on these arrays needs, known without running."""
        return self._handle.arena_bytes(arrays)

    def report(self) -> dict[str, Any]:
        """What the compile decided: {"model", "kernels": [...], "edges": [...], "phases": [...], ...}."""
        return json.loads(self._handle.report())

    def counters(self) -> dict[str, int]:
        """Totals: compiles, interpreted, kernels, launches (per run), runs, input_copies."""
        return self._handle.counters()

    def plan(self) -> str:
        """The plan that the runtime executes, as text."""
        return self._handle.plan()

    def _positional(self, feeds: Mapping[str, Any]) -> tuple[Any, ...]:
        unknown = [name for name in feeds if name not in self._input_names]
        missing = [name for name in self._input_names if name not in feeds]
        if unknown or missing:
            problems = [f"no input is named {name!r}" for name in unknown]
            problems += [f"input {name!r} is missing" for name in missing]
            raise InvalidArgumentError(f"{'; '.join(problems)} (inputs: {', '.join(map(repr, self._input_names))})")
        return tuple(feeds[name] for name in self._input_names)

    def __repr__(self) -> str:
        def show(values: tuple[ValueInfo, ...]) -> str:
            return ", ".join(f"{v.name}: {v.dtype}{list(v.shape)}" for v in values)

        return f"Executable({show(self.inputs)} -> {show(self.outputs)})"
