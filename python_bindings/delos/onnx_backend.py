"""ONNX's backend interface over `delos.compile`: what the public backend suite and scoreboards call.

    import delos.onnx_backend as backend
    outputs = backend.prepare(model, "CPU").run(inputs)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, shape_inference
from onnx.backend.base import Backend, BackendRep, Device, DeviceType

import delos


class DelosBackendRep(BackendRep):
    """A compiled model."""

    def __init__(self, executable: Any) -> None:
        self.executable = executable

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Runs on inputs in graph order (fewer than the graph has leave the rest at their initializers), on a mapping
        from names, or on a single array."""
        if kwargs:
            raise TypeError(f"run takes no options, got {', '.join(kwargs)}")
        names = [value.name for value in self.executable.inputs]
        if isinstance(inputs, Mapping):
            feeds = dict(inputs)
        else:
            values = [inputs] if isinstance(inputs, np.ndarray) else list(inputs)
            if len(values) > len(names):
                raise ValueError(f"expected at most {len(names)} inputs, got {len(values)}")
            feeds = dict(zip(names, values))
        results = self.executable.run(feeds)
        return tuple(results[value.name] for value in self.executable.outputs)


class DelosBackend(Backend):
    """Compiles every model; an operator that Delos lacks raises NotImplementedError naming it."""

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> bool:
        return cls.supports_device(device)

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> DelosBackendRep:
        """Options (`threads`, ...) go to delos.compile."""
        if not cls.supports_device(device):
            raise ValueError(f"expected device 'CPU', got {device!r}")
        return DelosBackendRep(delos.compile(model, device="cpu", **kwargs))

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[np.dtype, tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        opset = kwargs.pop("opset_version", onnx.defs.onnx_opset_version())
        feeds = inputs if isinstance(inputs, Mapping) else dict(zip(node.input, inputs))
        model = _single_node(node, feeds, outputs_info, opset)
        return cls.prepare(model, device, **kwargs).run(feeds)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return Device(device).type == DeviceType.CPU


def _single_node(node: onnx.NodeProto, feeds: Mapping[str, Any], outputs_info: Any, opset: int) -> onnx.ModelProto:
    """A model of one node; without outputs_info its results are what shape inference says."""

    def info(name: str, dtype: np.dtype, shape: Sequence[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape))

    arrays = {name: np.asarray(value) for name, value in feeds.items()}
    inputs = [info(name, array.dtype, array.shape) for name, array in arrays.items()]
    names = [name for name in node.output if name]
    outputs = [info(name, *known) for name, known in zip(names, outputs_info or [])]
    if not outputs:
        outputs = [onnx.ValueInfoProto(name=name) for name in names]
    graph = helper.make_graph([node], "node", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(node.domain, opset)])
    return model if outputs_info else shape_inference.infer_shapes(model, strict_mode=True)


is_compatible = DelosBackend.is_compatible
prepare = DelosBackend.prepare
run_model = DelosBackend.run_model
run_node = DelosBackend.run_node
supports_device = DelosBackend.supports_device
