"""delos-kernel-bench: a case is checked, timed beside its bound and written down; a wrong name measures nothing."""

import json
import math
import subprocess

from benchmark.manifest import PROGRAM


def bench(*arguments):
    return subprocess.run([PROGRAM, "--rounds", "1", "--block-ms", "1", *arguments], capture_output=True, text=True, check=False)


def test_figures(tmp_path):
    result = bench("--filter", "^(gemm/16x64x64/constant|math/exp|rows/layernorm/64x768)$", "--json", tmp_path / "f.json")
    assert result.returncode == 0, result.stdout + result.stderr
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["peaks"]["fma"] > 0
    assert [case["name"] for case in figures["cases"]] == ["gemm/16x64x64/constant", "rows/layernorm/64x768", "math/exp"]
    for case in figures["cases"]:
        assert case["error"] <= 1e-4 and case["kernels"] == 1 and case["tiles"] > 0
        assert 0 < case["fraction"] < math.inf and math.isclose(case["fraction"], case["bound_ms"] / case["ms"], rel_tol=1e-3)


def test_two_threads_go_through_the_executor(tmp_path):
    result = bench("--threads", "2", "--filter", "gemm/64x768x64/dynamic", "--no-peer", "--json", tmp_path / "f.json")
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads((tmp_path / "f.json").read_text())["peaks"]["threads"] == 2


def test_nothing_chosen():
    assert "cases" not in bench("--filter", "no such case").stdout
