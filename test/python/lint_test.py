"""scripts/lint: every rule fires on a file that breaks it, naming file and line, and stays silent otherwise."""

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "lint"


@pytest.fixture(scope="module")
def lint():
    loader = importlib.machinery.SourceFileLoader("delos_lint", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("delos_lint", loader))
    sys.modules["delos_lint"] = module
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


@pytest.fixture
def findings(lint, tmp_path):
    """Writes one file into an empty tree and returns what lint says about it."""

    def check(path: str, text: str, names=frozenset()):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return [(f.rule, f.line) for f in lint.check_file(tmp_path, path, names)]

    return check


@pytest.mark.parametrize(
    "path, include",
    [
        ("runtime/executor/A.cpp", "lib/Support/DimExpr.h"),
        ("runtime/executor/A.cpp", "mlir/IR/Value.h"),
        ("lib/Support/A.cpp", "dialects/Graph/Graph.h"),
        ("dialects/Graph/A.cpp", "lib/Analysis/Rule.h"),
        ("lib/Fusion/A.cpp", "lib/LoopOpt/Tile.h"),
        ("lib/LoopOpt/A.cpp", "lib/Fusion/Planner.h"),
        ("lib/Memory/A.cpp", "llvm/ADT/SmallVector.h"),
        ("lib/Engine/A.cpp", "lib/Reference/Interpreter.h"),
        ("passes/Graph/A.cpp", "lib/Pipelines/InitAll.h"),
        ("include/delos/A.cpp", "lib/Engine/Compiler.h"),
        ("lib/Engine/A.cpp", "google/protobuf/message.h"),
    ],
)
def test_wrong_direction_is_named_with_its_line(findings, path, include):
    assert findings(path, f'// Purpose.\n\n#include "{include}"\n') == [("layer", 3)]


@pytest.mark.parametrize(
    "path, include",
    [
        ("runtime/executor/A.cpp", "runtime/abi/KernelABI.h"),
        ("lib/Fusion/A.cpp", "lib/Cost/Estimate.h"),
        ("passes/Fusion/A.cpp", "lib/Fusion/Planner.h"),
        ("lib/Engine/A.cpp", "delos/Engine.h"),
        ("lib/Import/A.cpp", "google/protobuf/message.h"),
        ("tools/delos/A.cpp", "lib/Reference/Interpreter.h"),
        ("include/delos/A.cpp", "delos/Status.h"),
    ],
)
def test_right_direction_is_silent(findings, path, include):
    assert findings(path, f'// Purpose.\n\n#include "{include}"\n') == []


def test_options_and_environment_stay_in_tools(findings):
    text = '// Purpose.\nauto *v = std::getenv("X");\nstatic llvm::cl::opt<int> o("o");\n'
    assert findings("lib/Cost/Model.cpp", text) == [("option", 2), ("option", 3)]
    assert findings("tools/delos/Main.cpp", text) == []


@pytest.mark.parametrize("name", ["Utils.cpp", "StringHelper.h", "Common.td", "PassManager.h", "utils.py"])
def test_vague_names(findings, name):
    text = '"""Purpose."""\n' if name.endswith("py") else "// Purpose.\n#pragma once\n"
    assert findings(f"lib/Support/{name}", text) == [("name", 1)]


def test_headers(findings):
    assert findings("lib/Support/A.cpp", "#include <vector>\n") == [("header", 1)]
    assert findings("lib/Support/A.h", "// Purpose.\n") == [("header", 1)]
    assert findings("benchmark/a.py", "import os\n") == [("header", 1)]


def test_todo_has_topic(findings):
    marker = "TO" + "DO"
    assert findings("lib/Support/A.cpp", f"// Purpose.\n// {marker}: later\n") == [("todo", 2)]
    assert findings("lib/Support/A.cpp", f"// Purpose.\n// {marker}(layout): drop with NCHW\n") == []


def test_machine_paths(findings):
    for path in ("/" + "work/main", "/" + "root/x", "/" + "delos/build", "/home/" + "someone"):
        assert findings("docs/a.md", f"See\n{path}\n") == [("machine", 2)], path
    assert findings("docs/a.md", "include/delos/Engine.h and <prefix>/lib and framework/x\n") == []


def test_conformance_names(findings):
    names = frozenset({"test_" + "foo_bar"})
    assert findings("lib/Open/A.cpp", "// Purpose.\n// as test_" + "foo_bar_cpu shows\n", names) == [("case", 2)]
    assert findings("lib/Open/A.cpp", "// Purpose.\n// as test_" + "foo_bars shows\n", names) == []


def test_conformance_names_are_known(lint):
    assert len(lint.conformance_names()) == 1914


def test_sizes_are_warnings(lint, tmp_path):
    (tmp_path / "A.cpp").write_text("// Purpose.\nvoid f() {\n" + "  g();\n" * 60 + "}\n" + "//\n" * 500)
    found = list(lint.check_file(tmp_path, "A.cpp", frozenset()))
    assert [(f.rule, f.line, f.warning) for f in found] == [("size", 1, True), ("size", 2, True)]


def test_format(lint, tmp_path):
    (tmp_path / ".clang-format").write_text("BasedOnStyle: LLVM\n")
    (tmp_path / "A.cpp").write_text("// Purpose.\nint  x;\n")
    (tmp_path / "B.cpp").write_text("// Purpose.\nint x;\n")
    for _ in range(2):
        found = list(lint.check_format(tmp_path, ["A.cpp", "B.cpp"]))
        assert [(f.path, f.line, f.rule) for f in found] == [("A.cpp", 2, "format")]


def test_manifest_cases_are_never_changed(lint, tmp_path):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments], cwd=tmp_path, check=True)

    def write(*cases, kernels=("k",)):
        (tmp_path / lint.MANIFEST).write_text(json.dumps({"cases": cases, "kernels": kernels}))

    (tmp_path / "benchmark").mkdir()
    a, b = {"name": "a", "batch": 1}, {"name": "b", "batch": 1}
    write(a)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "x")
    write(a, b)
    assert list(lint.check_manifest(tmp_path)) == []
    write(a | {"batch": 2}, b)
    assert [f.rule for f in lint.check_manifest(tmp_path)] == ["manifest"]
    write(a, kernels=("l",))
    assert [f.rule for f in lint.check_manifest(tmp_path)] == ["manifest"]
