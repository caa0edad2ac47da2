"""delos.onnx_backend: ONNX's own interface, as scoreboards call it."""

import numpy as np
import onnx
import pytest
from onnx import helper

from benchmark.models import build


@pytest.fixture(scope="module")
def backend(delos):
    import delos.onnx_backend as module

    return module


def test_prepare_and_run(backend):
    model = build("mlp", size="small")
    prepared = backend.prepare(model.proto, "CPU")
    by_order = prepared.run(list(model.inputs.values()))
    by_name = prepared.run(model.inputs)
    np.testing.assert_array_equal(by_order[0], by_name[0])
    np.testing.assert_array_equal(by_order[0], backend.run_model(model.proto, list(model.inputs.values()))[0])


def test_devices(backend):
    assert backend.supports_device("CPU")
    assert not backend.supports_device("CUDA")
    with pytest.raises(ValueError, match="CUDA"):
        backend.prepare(build("mlp", size="small").proto, "CUDA")


@pytest.mark.parametrize("with_info", [False, True])
def test_run_node(backend, with_info):
    node = helper.make_node("Add", ["a", "b"], ["c"])
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, np.float32)
    info = [(np.dtype(np.float32), (2, 3))] if with_info else None
    (result,) = backend.run_node(node, [a, b], outputs_info=info)
    np.testing.assert_array_equal(result, a + b)


def test_too_many_inputs(backend):
    model = build("mlp", size="small")
    with pytest.raises(ValueError, match="at most 1 inputs, got 2"):
        backend.prepare(model.proto).run([*model.inputs.values(), np.ones(1, np.float32)])


def test_unsupported_operator(backend):
    node = helper.make_node("NoSuchOperator", ["a"], ["b"], domain="org.example")
    info = [onnx.helper.make_tensor_value_info(n, 1, [1]) for n in "ab"]
    graph = helper.make_graph([node], "g", info[:1], info[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("org.example", 1)])
    with pytest.raises(NotImplementedError, match="NoSuchOperator"):
        backend.prepare(model)
