"""The light models that come with the onnx package: real topologies whose weights are constant fills.

As stored they prove little (every channel is the same), so `randomized` replaces each fill by seeded values that keep the
signal's scale, and `mutations` are the mistakes that a comparison on them must notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
from comparing import run_onnxruntime
from onnx import numpy_helper

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def paths() -> list[Path]:
    return sorted(FOLDER.glob("*.onnx"))


def weight_bytes(path: Path) -> int:
    """Bytes of all constant fills."""
    graph = onnx.load(path).graph
    fills = {n.input[0] for n in graph.node if n.op_type == "ConstantOfShape"}
    return sum(4 * int(numpy_helper.to_array(t).prod()) for t in graph.initializer if t.name in fills)


def graph_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that no initializer fills."""
    filled = {t.name for t in model.graph.initializer}
    return [i for i in model.graph.input if i.name not in filled]


def shape_of(info: onnx.ValueInfoProto) -> list[int]:
    return [d.dim_value for d in info.type.tensor_type.shape.dim]


def stored_inputs(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The ramps that the stored outputs were computed for."""
    feeds = {}
    for info in graph_inputs(model):
        shape = shape_of(info)
        count = int(np.prod(shape))
        feeds[info.name] = (np.arange(count).reshape(shape) / count).astype(np.float32)
    return feeds


def stored_outputs(path: Path, model: onnx.ModelProto) -> list[np.ndarray]:
    files = [path.with_name(f"{path.stem}_output_{i}.pb") for i in range(len(model.graph.output))]
    return [numpy_helper.to_array(onnx.TensorProto.FromString(f.read_bytes())) for f in files]


def random_inputs(model: onnx.ModelProto, seed: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {i.name: rng.standard_normal(shape_of(i), dtype=np.float32) for i in graph_inputs(model)}


def uses(graph: onnx.GraphProto) -> dict[str, tuple[onnx.NodeProto, int]]:
    """The first reader of each value and its position there, looking through reshapes."""
    readers: dict[str, tuple[onnx.NodeProto, int]] = {}
    for node in reversed(graph.node):
        for index, name in enumerate(node.input):
            readers[name] = (node, index)
    for node in reversed(graph.node):
        if node.op_type in ("Unsqueeze", "Reshape") and node.output[0] in readers:
            readers[node.input[0]] = readers[node.output[0]]
    return readers


def parameter(rng: np.random.Generator, shape: list[int], node: onnx.NodeProto, index: int) -> np.ndarray:
    """Values for the parameter at `index` of `node`: He-scaled weights, positive scales and variances, small shifts."""
    if len(shape) >= 2:
        transposed = any(a.name == "transB" and a.i for a in node.attribute)
        fan_in = int(np.prod(shape[1:])) if node.op_type == "Conv" or transposed else shape[0]
        return rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)
    positive = (node.op_type == "BatchNormalization" and index in (1, 4)) or node.op_type == "Mul"
    return rng.uniform(0.5, 1.5, shape) if positive else rng.standard_normal(shape) * 0.1


def randomized(model: onnx.ModelProto, seed: int = 11) -> onnx.ModelProto:
    """A copy in which every ConstantOfShape is an initializer of seeded values."""
    rng = np.random.default_rng(seed)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    shapes = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    readers = uses(graph)
    fills = [n for n in graph.node if n.op_type == "ConstantOfShape"]
    kept = [n for n in graph.node if n.op_type != "ConstantOfShape"]
    for node in fills:
        reader, index = readers[node.output[0]]
        values = parameter(rng, shapes[node.input[0]].tolist(), reader, index).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
    del graph.node[:]
    graph.node.extend(kept)
    read = {name for node in kept for name in node.input}
    for field in (graph.initializer, graph.input):
        unread = [v for v in field if v.name not in read]
        for value in unread:
            field.remove(value)
    result.ir_version = max(result.ir_version, 4)
    if graph.node[-1].op_type == "Softmax":
        unsaturate(result)
    return result


def unsaturate(model: onnx.ModelProto) -> None:
    """Scales the last layer so that the final softmax sees numbers of standard deviation 1: a saturated one hides errors."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    probe.graph.output.append(onnx.ValueInfoProto(name=model.graph.node[-1].input[0]))
    (logits,) = run_onnxruntime(probe, random_inputs(model))
    layer = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm")][-1]
    readers = uses(model.graph)
    for tensor in model.graph.initializer:
        if readers[tensor.name][0].output == layer.output:
            values = (numpy_helper.to_array(tensor) / logits.std()).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def _weight(model: onnx.ModelProto) -> onnx.TensorProto:
    """The middle one of the weights that several of their own dims could be mistaken in."""
    conv = {n.input[1] for n in model.graph.node if n.op_type == "Conv"}
    weights = [t for t in model.graph.initializer if t.name in conv and t.dims[0] > 1 and t.dims[2] > 1]
    return weights[len(weights) // 2]


def transpose_weight(model: onnx.ModelProto) -> None:
    """Kernel height and width of one convolution are swapped."""
    tensor = _weight(model)
    values = numpy_helper.to_array(tensor).swapaxes(2, 3)
    tensor.CopyFrom(numpy_helper.from_array(values.copy(), tensor.name))


def swap_channels(model: onnx.ModelProto) -> None:
    """Two output channels of one convolution are swapped."""
    tensor = _weight(model)
    values = numpy_helper.to_array(tensor).copy()
    values[[0, 1]] = values[[1, 0]]
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


MUTATIONS: list[Callable[[onnx.ModelProto], None]] = [transpose_weight, swap_channels]


def mutated(model: onnx.ModelProto) -> Iterator[tuple[str, onnx.ModelProto]]:
    for mutate in MUTATIONS:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        mutate(copy)
        yield mutate.__name__, copy
