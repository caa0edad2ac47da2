"""delos.compile and Executable: what goes in and out, and errors that name what is wrong."""

import threading

import numpy as np
import onnx
import pytest
from comparing import assert_all_close, run_onnxruntime
from onnx import TensorProto, helper

from benchmark.models import build
from benchmark.models.graph import GraphBuilder


def add_model(dtype=np.float32, shape=(3, 5)):
    g = GraphBuilder("add")
    zeros = np.zeros(shape, dtype)
    x, y = g.input("left", shape, zeros), g.input("right", shape, zeros)
    return g.finish(x + y, x * y, names=("sum", "product")).proto


@pytest.fixture(scope="module")
def add(delos):
    return delos.compile(add_model())


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return [rng.standard_normal((3, 5), dtype=np.float32) for _ in range(2)]


def check_add(results, x, y):
    np.testing.assert_array_equal(results[0], x + y)
    np.testing.assert_array_equal(results[1], x * y)


@pytest.mark.parametrize("form", ["path", "str", "bytes", "proto"])
def test_every_form_of_a_model(delos, tmp_path, arrays, form):
    proto = add_model()
    path = tmp_path / "add.onnx"
    onnx.save(proto, path)
    source = {"path": path, "str": str(path), "bytes": proto.SerializeToString(), "proto": proto}[form]
    check_add(delos.compile(source)(*arrays), *arrays)


def test_call_gives_a_tuple_and_run_a_dict(add, arrays):
    results = add(*arrays)
    assert isinstance(results, tuple)
    by_name = add.run({"right": arrays[1], "left": arrays[0]})
    assert list(by_name) == ["sum", "product"]
    check_add(list(by_name.values()), *arrays)


def test_inputs_and_outputs_are_described(add):
    assert [(v.name, v.dtype, tuple(v.shape)) for v in add.inputs] == [
        ("left", np.float32, (3, 5)), ("right", np.float32, (3, 5)),
    ]  # fmt: skip
    assert [v.name for v in add.outputs] == ["sum", "product"]


def test_results_are_independent_of_later_runs(add, arrays):
    first = add(*arrays)
    kept = [r.copy() for r in first]
    add(arrays[1] * 3, arrays[0])
    for result, copy in zip(first, kept):
        np.testing.assert_array_equal(result, copy)


def test_inputs_are_not_written(add, arrays):
    copies = [a.copy() for a in arrays]
    add(*arrays)
    for array, copy in zip(arrays, copies):
        np.testing.assert_array_equal(array, copy)


def test_read_only_and_non_contiguous_inputs(add, arrays):
    x = arrays[0].copy()
    x.flags.writeable = False
    wide = np.random.default_rng(1).standard_normal((6, 10), dtype=np.float32)
    y = wide[::2, ::2]
    check_add(add(x, y), x, y)
    z = np.asfortranarray(arrays[1])
    check_add(add(z, y), z, y)
    flipped = arrays[1][::-1, ::-1]
    check_add(add(flipped, x), flipped, x)


class Foreign:
    """An array of another library: nothing but DLPack."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_dlpack_in_and_out(add, arrays):
    results = add(Foreign(arrays[0]), Foreign(arrays[1]))
    check_add([np.from_dlpack(r) for r in results], *arrays)


@pytest.mark.parametrize("dtype", [np.float64, np.int32, np.float16])
def test_wrong_dtype_names_the_input(add, arrays, dtype):
    with pytest.raises((TypeError, ValueError), match="right.*float32"):
        add(arrays[0], arrays[1].astype(dtype))


@pytest.mark.parametrize("shape", [(3, 4), (5, 3), (15,), (3, 5, 1), ()])
def test_wrong_shape_names_the_input(add, arrays, shape):
    with pytest.raises(ValueError, match="right"):
        add(arrays[0], np.zeros(shape, np.float32))


def test_wrong_count(add, arrays):
    with pytest.raises((TypeError, ValueError), match="2.*1"):
        add(arrays[0])
    with pytest.raises((TypeError, ValueError), match="2.*3"):
        add(*arrays, arrays[0])


def test_wrong_names(add, arrays):
    with pytest.raises((KeyError, ValueError), match="right"):
        add.run({"left": arrays[0]})
    with pytest.raises((KeyError, ValueError), match="middle"):
        add.run({"left": arrays[0], "right": arrays[1], "middle": arrays[1]})


def test_unsupported_operator_names_node_and_operator(delos):
    node = helper.make_node("Frobnicate", ["x"], ["y"], name="the_node", domain="org.example")
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "xy"]
    graph = helper.make_graph([node], "g", info[:1], info[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("org.example", 3), helper.make_opsetid("", 18)])
    with pytest.raises(NotImplementedError, match="(?s)the_node.*Frobnicate|Frobnicate.*the_node"):
        delos.compile(model)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x09" * 40])
def test_garbage_is_an_error(delos, content):
    with pytest.raises(ValueError):
        delos.compile(content)


def test_missing_file_is_named(delos, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        delos.compile(tmp_path / "nowhere.onnx")


def test_model_with_an_undefined_value_is_an_error_naming_it(delos):
    proto = add_model()
    proto.graph.node[0].input[0] = "ghost"
    with pytest.raises(ValueError, match="ghost"):
        delos.compile(proto)


def test_unknown_option_and_device(delos):
    with pytest.raises(TypeError):
        delos.compile(add_model(), sped=1)
    with pytest.raises((ValueError, NotImplementedError), match="abacus"):
        delos.compile(add_model(), device="abacus")


@pytest.mark.parametrize("option", ["deterministic", "target_features", "dims", "fusion"])
def test_options_that_nothing_obeys_are_refused(delos, option):
    value = {"target_features": "+avx2", "dims": {"batch": 8}, "fusion": "elementwise"}.get(option, True)
    with pytest.raises(NotImplementedError, match="dim" if option == "dims" else option):
        delos.compile(add_model(), **{option: value})


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int8, np.int32, np.int64, np.uint8])
def test_dtypes(delos, dtype):
    rng = np.random.default_rng(2)
    x, y = (rng.integers(0, 9, (4, 7)).astype(dtype) for _ in range(2))
    results = delos.compile(add_model(dtype, (4, 7)))(x, y)
    assert all(r.dtype == dtype for r in results)
    check_add(results, x, y)


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (1,), (), (1, 1, 1, 1, 1, 1)])
def test_odd_shapes(delos, shape):
    x, y = np.full(shape, 2, np.float32), np.full(shape, 3, np.float32)
    results = delos.compile(add_model(shape=shape))(x, y)
    assert all(r.shape == shape for r in results)
    check_add(results, x, y)


def test_nan_and_infinity_pass_through(add):
    x = np.array([[np.nan, np.inf, -np.inf, 0.0, -0.0]] * 3, np.float32)
    y = np.array([[1.0, -np.inf, 1.0, -0.0, -0.0]] * 3, np.float32)
    with np.errstate(invalid="ignore"):
        want = [x + y, x * y]
    for got, w in zip(add(x, y), want):
        np.testing.assert_array_equal(got, w)
        np.testing.assert_array_equal(np.signbit(got), np.signbit(w) | (np.isnan(w) & np.signbit(got)))


def test_output_that_is_an_input_or_a_constant(delos):
    g = GraphBuilder("through")
    x = g.input("x", (2, 3), np.zeros((2, 3), np.float32))
    same = g.like("Identity", x)
    fixed = g.like("Identity", g.constant(np.arange(4.0)))
    executable = delos.compile(g.finish(same, fixed).proto)
    value = np.random.default_rng(3).standard_normal((2, 3), dtype=np.float32)
    first, second = executable(value)
    np.testing.assert_array_equal(first, value)
    np.testing.assert_array_equal(second, np.arange(4.0, dtype=np.float32))
    first += 1
    np.testing.assert_array_equal(executable(value)[0], value)


def test_runs_from_several_threads_at_once(delos):
    model = build("mlp", size="small")
    executable = delos.compile(model.proto, threads=2)
    rng = np.random.default_rng(4)
    inputs = [rng.standard_normal((64, 23), dtype=np.float32) for _ in range(8)]
    expected = [run_onnxruntime(model.proto, {"x": x}) for x in inputs]
    failures = []

    def work(index):
        try:
            for _ in range(20):
                assert_all_close(executable(inputs[index]), expected[index], 2e-5)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def test_report_and_counters(delos):
    model = build("mlp", size="small")
    executable = delos.compile(model.proto, threads=2)
    executable(*model.inputs.values())
    report = executable.report()
    assert {"kernels", "edges", "phases"} <= set(report)
    members = {m for k in report["kernels"] for m in k["members"]}
    assert {n.name for n in model.proto.graph.node if n.op_type in ("Gemm", "Softmax")} <= members
    counters = executable.counters()
    assert counters["compiles"] == 1 and counters["interpreted"] == 0 and counters["runs"] == 1
    assert counters["kernels"] <= len(model.proto.graph.node)


def test_compile_is_deterministic_in_its_decisions(delos):
    proto = build("bert_base", size="small").proto
    plans = {str(delos.compile(proto, threads=2).report()["kernels"]) for _ in range(3)}
    assert len(plans) == 1


def test_limits_of_the_caller_hold(delos):
    """Nesting counts bodies inside bodies; a tensor is refused by the bytes that its shape states."""
    floats = TensorProto.FLOAT
    leaf = helper.make_node("Neg", ["x"], ["inner"])
    branch = helper.make_graph([leaf], "branch", [], [helper.make_tensor_value_info("inner", floats, [4])])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    inputs = [helper.make_tensor_value_info("c", TensorProto.BOOL, []), helper.make_tensor_value_info("x", floats, [4])]
    graph = helper.make_graph([node], "nested", inputs, [helper.make_tensor_value_info("y", floats, [4])])
    nested = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with pytest.raises(delos.LimitError, match="expected at most 0 bodies inside bodies"):
        delos.compile(nested, limits={"nesting": 0})
    plain = helper.make_graph([leaf], "plain", inputs[1:], [helper.make_tensor_value_info("inner", floats, [4])])
    model = helper.make_model(plain, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    delos.compile(model, limits={"tensor_bytes": 16})
    with pytest.raises(delos.LimitError, match="'x': expected a tensor of at most 15 bytes"):
        delos.compile(model, limits={"tensor_bytes": 15})


def gather_twins():
    """Two gathers of one shape, which share a kernel."""
    table = np.arange(12, dtype=np.float32).reshape(4, 3)
    proto = helper.make_model(
        helper.make_graph(
            [
                helper.make_node("Gather", ["table", "first"], ["a"], name="first_lookup"),
                helper.make_node("Gather", ["table", "second"], ["b"], name="second_lookup"),
            ],
            "lookups",
            [helper.make_tensor_value_info(n, TensorProto.INT64, [5]) for n in ("first", "second")],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, [5, 3]) for n in ("a", "b")],
            [onnx.numpy_helper.from_array(table, "table")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    proto.ir_version = 8
    return proto


def test_a_failing_twin_is_named_itself(delos):
    executable = delos.compile(gather_twins())
    assert executable.counters()["kernels"] == 1
    good, bad = np.zeros(5, np.int64), np.full(5, 9)
    with pytest.raises(delos.OutOfRangeError, match="which computes first_lookup$"):
        executable(bad, good)
    with pytest.raises(delos.OutOfRangeError, match="which computes second_lookup$"):
        executable(good, bad)


def test_a_run_is_cancelled_or_timed_out(delos, add, arrays):
    cancellation = delos.Cancellation()
    check_add(add(*arrays, cancellation=cancellation, timeout=1000), *arrays)
    cancellation.cancel()
    with pytest.raises(delos.CancelledError, match="the run was cancelled"):
        add(*arrays, cancellation=cancellation)
    cancellation.reset()
    check_add(add(*arrays, cancellation=cancellation), *arrays)
    with pytest.raises(delos.DeadlineExceededError):
        add.run({"left": arrays[0], "right": arrays[1]}, timeout=1e-9)
    with pytest.raises(delos.InvalidArgumentError, match="expected a timeout of 0 or more seconds, got -1"):
        add(*arrays, timeout=-1)
    out = [np.empty((3, 5), np.float32) for _ in range(2)]
    with pytest.raises(TimeoutError):
        add.run_into(arrays, out, timeout=1e-9)


def chain_of_products(length, n):
    """Seconds of work: `length` products of n x n matrices."""
    g = GraphBuilder("products")
    value = x = g.input("x", (n, n), np.zeros((n, n), np.float32))
    for _ in range(length):
        value = g.matmul(value, x)
    return g.finish(value).proto


def test_a_long_run_is_cancelled_from_another_thread(delos):
    executable = delos.compile(chain_of_products(400, 512))
    x = np.ones((512, 512), np.float32)
    cancellation = delos.Cancellation()
    threading.Timer(0.02, cancellation.cancel).start()
    with pytest.raises(delos.CancelledError):
        executable(x, cancellation=cancellation)

