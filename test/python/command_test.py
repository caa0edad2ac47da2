"""The delos command: flags, files, exit codes, silence in a pipe."""

import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

DELOS = Path(__file__).parents[2] / "build/bin/delos"


def call(*arguments, code=0):
    """Runs the command and checks its exit code; gives standard output and standard error."""
    done = subprocess.run([DELOS, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def save(path, node_type, dtype=TensorProto.FLOAT, shape=("batch", 3), inputs=("x", "y"), **attributes):
    values = [helper.make_tensor_value_info(n, dtype, shape) for n in (*inputs, "z")]
    node = helper.make_node(node_type, list(inputs), ["z"], name="the_node", **attributes)
    graph = helper.make_graph([node], "g", values[:-1], values[-1:])
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("org.example", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save(tmp_path_factory.mktemp("models") / "sub.onnx", "Sub")


def test_inputs_from_files_and_results_to_files(model, tmp_path):
    x, y = np.arange(6, dtype=np.float32).reshape(2, 3), np.full((2, 3), 0.5, np.float32)
    np.save(tmp_path / "x.npy", x)
    (tmp_path / "y.pb").write_bytes(numpy_helper.from_array(y).SerializeToString())
    out, err = call(
        "run", model, "--input", f"x={tmp_path}/x.npy", "--input", f"y={tmp_path}/y.pb",
        "--output-dir", tmp_path / "out", "--json", tmp_path / "run.json",
    )  # fmt: skip
    np.testing.assert_array_equal(np.load(tmp_path / "out/z.npy"), x - y)
    assert "z: float32[2, 3]" in out and err == ""
    said = json.loads((tmp_path / "run.json").read_text())
    assert said["outputs"][0]["shape"] == [2, 3]


@pytest.mark.parametrize("store", ["raw", "typed"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int8", "int32", "int64", "uint8", "uint64", "bool"])
def test_tensor_files_of_every_type(tmp_path, dtype, store):
    onnx_type = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    path = save(tmp_path / "m.onnx", "Identity", onnx_type, ("n",), ("x",))
    value = np.array([0, 1, 1, 0, 1]) if dtype == "bool" else np.array([0, 1, 2, 100, 7])
    value = value.astype(dtype)
    if np.dtype(dtype).kind in "fi":
        value[0] = -3
    proto = numpy_helper.from_array(value)
    if store == "typed":
        plain = value.view(np.uint16) if dtype == "float16" else value
        proto = helper.make_tensor("x", onnx_type, value.shape, plain.tolist() if dtype != "float16" else value)
    (tmp_path / "x.pb").write_bytes(proto.SerializeToString())
    call("run", path, "--input", f"x={tmp_path}/x.pb", "--output-dir", tmp_path)
    result = np.load(tmp_path / "z.npy")
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, value)


@pytest.mark.parametrize("oracle", ["reference", "onnxruntime"])
def test_check_against_an_oracle(model, oracle, tmp_path):
    out, err = call(
        "run", model, "--random", 7, "--dim", "batch=5", "--check", oracle, "--json", tmp_path / "c.json"
    )
    assert "z: agrees" in out and err == ""
    assert json.loads((tmp_path / "c.json").read_text())["check"]["agrees"]


def test_seeds_decide_the_inputs(model, tmp_path):
    for name, seed in [("a", 1), ("b", 1), ("c", 2)]:
        call("run", model, "--random", seed, "--dim", "batch=4", "--output-dir", tmp_path / name)
    a, b, c = (np.load(tmp_path / name / "z.npy") for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    assert a.shape == (4, 3) and np.ptp(a) > 0


def test_bench_gives_quantiles_and_phases(model, tmp_path):
    out, err = call("bench", model, "--threads", 1, "--seconds", 0.05, "--json", tmp_path / "b.json")
    figures = json.loads((tmp_path / "b.json").read_text())
    assert 0 < figures["p10_seconds"] <= figures["median_seconds"] <= figures["p90_seconds"]
    assert figures["phases"] and figures["runs"] >= 5
    assert "median" in out and err == ""


def test_bench_lists_the_slowest_kernels(model, tmp_path):
    out, _ = call("bench", model, "--threads", 1, "--seconds", 0.05, "--kernels", 1, "--json", tmp_path / "b.json")
    assert "of thread time" in out
    times = json.loads((tmp_path / "b.json").read_text())["kernel_times"]
    assert times and all(t["launches"] > 0 and t["seconds"] >= 0 for t in times)
    assert [t["seconds"] for t in times] == sorted((t["seconds"] for t in times), reverse=True)


def test_dump_holds_phases_and_kernels(model, tmp_path):
    call("run", model, "--dim", "batch=2", "--dump-dir", tmp_path / "d", "--line-tables", "--gdb")
    names = {path.name for path in (tmp_path / "d").iterdir()}
    assert {"0-import.mlir", "2-simplify.mlir"} <= names
    kernels = {name.removesuffix(".o") for name in names if name.endswith(".o")}
    assert kernels and all({f"{k}.mlir", f"{k}.s"} <= names for k in kernels)
    assert any("// the_node" in (tmp_path / "d" / f"{k}.mlir").read_text() for k in kernels)


def test_explain_as_text_and_json(model):
    text, err = call("explain", model)
    assert "the_node" in text and err == ""
    said = json.loads(call("explain", model, "--format", "json")[0])
    assert {"model", "kernels", "edges"} <= set(said)
    assert said["kernels"][0]["members"] == ["the_node"]


def test_json_on_standard_output_is_nothing_but_json(model):
    json.loads(call("run", model, "--json", "-")[0])


def test_exit_codes(model, tmp_path):
    assert "MODEL" in call("run", code=1)[1]
    call("run", model, "--dim", "batch", code=1)
    call("run", model, "--check", "oracle-of-delphi", code=1)
    assert "nowhere.onnx" in call("run", tmp_path / "nowhere.onnx", code=2)[1]
    (tmp_path / "bad.onnx").write_bytes(b"\x08\x09nonsense")
    call("explain", tmp_path / "bad.onnx", code=2)
    unsupported = save(tmp_path / "u.onnx", "Frobnicate", domain="org.example")
    assert "the_node" in call("bench", unsupported, code=3)[1]
    np.save(tmp_path / "wrong.npy", np.zeros((2, 4), np.float32))
    assert "'x'" in call("run", model, "--input", f"x={tmp_path}/wrong.npy", code=4)[1]
    assert "'w'" in call("run", model, "--input", f"w={tmp_path}/wrong.npy", code=4)[1]
    assert "'sequence'" in call("run", model, "--dim", "sequence=3", code=4)[1]
    for content in [b"", b"\x08", b"\x12\xff\xff\xff\xff\x0f", b"\x08\x05\x10\x01\x4a\x02ab"]:
        (tmp_path / "broken.pb").write_bytes(content)
        call("run", model, "--input", f"x={tmp_path}/broken.pb", code=4)
    call("run", model, "--output-dir", "/proc/nowhere", code=7)


def test_help_documents_exit_codes():
    assert "Exit codes: 0 success" in call("--help")[0]
