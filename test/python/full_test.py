"""scripts/full: keeps each gate's last figure, and goes on where it stopped."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "full"


@pytest.fixture
def full(monkeypatch, tmp_path):
    loader = importlib.machinery.SourceFileLoader("delos_full", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("delos_full", loader))
    monkeypatch.setitem(sys.modules, "delos_full", module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    gates = (module.Gate("good", "passes", ("echo", "5 of 5")), module.Gate("bad", "fails", ("sh", "-c", "echo 1 of 5; exit 1")))
    monkeypatch.setattr(module, "GATES", gates)
    monkeypatch.setattr(module, "STORE", tmp_path / "full")
    monkeypatch.setattr(module, "head", lambda: "abc123")
    return module


def test_gates_are_recorded_and_only_failed_ones_run_again(full, capsys, monkeypatch):
    assert [g.name for g in full.chosen([], again=False)] == ["good", "bad"]
    assert [full.run(g) for g in full.GATES] == [True, False]
    assert [g.name for g in full.chosen([], again=False)] == ["bad"]
    assert [g.name for g in full.chosen([], again=True)] == ["good", "bad"]
    monkeypatch.setattr(full, "head", lambda: "def456")
    assert [g.name for g in full.chosen([], again=False)] == ["good", "bad"]
    capsys.readouterr()
    full.show()
    text = capsys.readouterr().out
    assert "passed 0 s ago on abc123" in text and "5 of 5" in text and "FAILED" in text


def test_unknown_gate(full):
    with pytest.raises(SystemExit, match="no such gate: ugly"):
        full.chosen(["ugly"], again=False)
