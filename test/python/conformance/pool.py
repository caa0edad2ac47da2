"""Keeps worker processes busy with cases and survives their deaths and hangs."""

from __future__ import annotations

import json
import os
import queue
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.cases import Case

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = Path(__file__).resolve().parents[1]


class Worker:
    """One worker process; a case that kills it or exceeds its time costs that process, and the next case gets another."""

    def __init__(self, backend: str, timeout: float) -> None:
        self.backend, self.timeout = backend, timeout
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        read, write = os.pipe()
        self.errors = open(os.devnull, "wb")  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "conformance.worker", self.backend, str(write)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(PACKAGES)}, stdin=subprocess.PIPE, stdout=self.errors, stderr=subprocess.PIPE, text=True, pass_fds=[write],
        )  # fmt: skip
        os.close(write)
        self.results = os.fdopen(read)
        self.tail = _Tail(self.process.stderr)

    def stop(self) -> int:
        """Ends the process and returns its exit status."""
        if self.process is None:
            return 0
        self.process.kill()
        status = self.process.wait()
        self.results.close()
        self.errors.close()
        self.process = None
        return status

    def run(self, case: Case) -> dict[str, Any]:
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.start()
        try:
            self.process.stdin.write(json.dumps(asdict(case)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return self._died(case)
        with selectors.DefaultSelector() as selector:
            selector.register(self.results, selectors.EVENT_READ)
            if not selector.select(self.timeout):
                self.stop()
                return {"name": case.name, "verdict": "hang", "reason": f"no answer in {self.timeout:.0f} s"}
        line = self.results.readline()
        return json.loads(line) if line else self._died(case)

    def _died(self, case: Case) -> dict[str, Any]:
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
        self.stop()
        return {"name": case.name, "verdict": "crash", "reason": f"exit status {status}; {self.tail.text()}"}


class _Tail:
    """The last lines that a process wrote to stderr."""

    def __init__(self, stream: Any) -> None:
        self.lines: list[str] = []
        self.thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self.thread.start()

    def _read(self, stream: Any) -> None:
        for line in stream:
            self.lines = [*self.lines[-4:], line.strip()]

    def text(self) -> str:
        self.thread.join(1)
        return " | ".join(self.lines)[-400:]


def run_all(cases: Iterable[Case], backend: str, workers: int, timeout: float,
            done: Callable[[Case, dict], None]) -> None:  # fmt: skip
    """Runs every case once; `done` is called from several threads, one call at a time."""
    todo: queue.Queue[Case] = queue.Queue()
    for case in cases:
        todo.put(case)
    lock = threading.Lock()

    def serve() -> None:
        worker = Worker(backend, timeout)
        try:
            while True:
                case = todo.get_nowait()
                result = worker.run(case)
                with lock:
                    done(case, result)
        except queue.Empty:
            pass
        finally:
            worker.stop()

    threads = [threading.Thread(target=serve) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
