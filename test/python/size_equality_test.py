"""A size that a model leaves open but needs to equal another is checked before kernels run on it."""

import numpy as np
import pytest
from onnx import TensorProto, helper

import delos


def square_model():
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "x"], ["y"])],
        "square",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def test_equal_sizes_run():
    executable = delos.compile(square_model())
    x = np.random.default_rng(7).standard_normal((16, 16)).astype(np.float32)
    np.testing.assert_allclose(executable(x)[0], x @ x, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("batch", [0, 1, 3, 17])
def test_other_sizes_are_refused_by_name(batch):
    executable = delos.compile(square_model())
    with pytest.raises(ValueError, match="16 = batch.*16 and %d" % batch):
        executable(np.zeros((batch, 16), np.float32))
