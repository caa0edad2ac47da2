"""Small ONNX models for the importer's tests, one builder per name.

python models.py NAME OUT.onnx    write one
python models.py broken FOLDER    write every broken one as FOLDER/NAME.onnx
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, TensorProto, helper, numpy_helper

F32, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
info = helper.make_tensor_value_info
node = helper.make_node


def model(graph: GraphProto, **options) -> ModelProto:
    options.setdefault("opset_imports", [helper.make_opsetid("", 17)])
    return helper.make_model(graph, ir_version=options.pop("ir_version", 8), **options)


def graph(nodes, inputs, outputs, initializers=(), **options) -> GraphProto:
    return helper.make_graph(nodes, "g", inputs, outputs, list(initializers), **options)


def weights(name: str, *shape: int) -> TensorProto:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    return numpy_helper.from_array(values, name)


def mlp() -> ModelProto:
    nodes = [
        node("Gemm", ["x", "w1", "b1"], ["h"], name="fc1", transB=1),
        node("Relu", ["h"], ["a"], name="act"),
        node("Gemm", ["a", "w2", ""], ["y"], name="fc2"),
    ]
    initializers = [weights("w1", 16, 8), weights("b1", 16), weights("w2", 16, 4)]
    return model(graph(nodes, [info("x", F32, ["batch", 8])], [info("y", F32, ["batch", 4])], initializers))


def twins() -> ModelProto:
    """Equal nodes, equal constants, bodies and a call: whatever an order of the file could leak through."""
    body = graph(
        [node("Add", ["p", "q"], ["r"]), node("Mul", ["r", "a2"], ["s"])], [], [info("s", F32, [2])]
    )
    other = graph([node("Sub", ["a1", "c1"], ["t"])], [], [info("t", F32, [2])])
    nodes = [
        node("Relu", ["x"], ["a1"]),
        node("Relu", ["x"], ["a2"]),
        node("Add", ["a1", "c1"], ["p"]),
        node("Add", ["a2", "c2"], ["q"]),
        node("If", ["flag"], ["y"], then_branch=body, else_branch=other),
        node("Double", ["y"], ["z"], domain="local"),
        node("Neg", ["a2"], ["unused"]),
    ]
    double = helper.make_function(
        "local", "Double", ["v"], ["w"], [node("Add", ["v", "v"], ["u"]), node("Abs", ["u"], ["w"])], [helper.make_opsetid("", 17)]
    )
    same = [numpy_helper.from_array(np.float32([1, 2]), name) for name in ("c1", "c2")]
    made = graph(nodes, [info("x", F32, [2]), info("flag", BOOL, [])], [info("z", F32, [2])], same)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    return model(made, functions=[double], opset_imports=opsets)


def shuffled(made: ModelProto, seed: int) -> ModelProto:
    rng = random.Random(seed)

    def shuffle(field) -> None:
        items = list(field)
        rng.shuffle(items)
        del field[:]
        field.extend(items)

    def visit(inside: GraphProto) -> None:
        shuffle(inside.node)
        shuffle(inside.initializer)
        for each in inside.node:
            shuffle(each.attribute)
            for attribute in each.attribute:
                if attribute.type == AttributeProto.GRAPH:
                    visit(attribute.g)

    visit(made.graph)
    shuffle(made.functions)
    for function in made.functions:
        shuffle(function.node)
    return made


def control_flow() -> ModelProto:
    then = graph([node("Add", ["x", "x"], ["sum"])], [], [info("sum", F32, [3])])
    other = graph([node("Sub", ["x", "one"], ["diff"])], [], [info("diff", F32, [3])], [numpy_helper.from_array(np.float32(1), "one")])
    loop_body = graph(
        [node("Identity", ["c_in"], ["c_out"]), node("Mul", ["v_in", "picked"], ["v_out"])],
        [info("i", I64, []), info("c_in", BOOL, []), info("v_in", F32, [3])],
        [info("c_out", BOOL, []), info("v_out", F32, [3])],
    )
    scan_body = graph(
        [node("Add", ["state", "row"], ["next"]), node("Identity", ["next"], ["each"])],
        [info("state", F32, []), info("row", F32, [])],
        [info("next", F32, []), info("each", F32, [])],
    )
    nodes = [
        node("If", ["flag"], ["picked"], name="choose", then_branch=then, else_branch=other),
        node("Loop", ["trips", "", "x"], ["looped"], name="repeat", body=loop_body),
        node("Scan", ["zero", "looped"], ["total", "sums"], name="running", body=scan_body, num_scan_inputs=1),
    ]
    initializers = [numpy_helper.from_array(np.int64(5), "trips"), numpy_helper.from_array(np.float32(0), "zero")]
    inputs = [info("x", F32, [3]), info("flag", BOOL, [])]
    return model(graph(nodes, inputs, [info("total", F32, []), info("sums", F32, [3])], initializers))


def reference(name: str, kind: int, refers_to: str) -> AttributeProto:
    return AttributeProto(name=name, type=kind, ref_attr_name=refers_to)


def functions() -> ModelProto:
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    scaled = node("LeakyRelu", ["v"], ["w"])
    scaled.attribute.append(reference("alpha", AttributeProto.FLOAT, "slope"))
    leaky = helper.make_function(
        "local", "Leaky", ["v"], ["w"], [scaled], opset, attribute_protos=[helper.make_attribute("slope", 0.25)]
    )
    passed = node("Leaky", ["v"], ["inner"], domain="local")
    passed.attribute.append(reference("slope", AttributeProto.FLOAT, "steep"))
    twice = helper.make_function("local", "Twice", ["v", "bias"], ["w"], [passed, node("Max", ["inner", "bias"], ["w"])], opset, ["steep"])
    wide = helper.make_function("local", "Twice", ["v"], ["w"], [node("Neg", ["v"], ["w"])], opset)
    wide.overload = "negated"
    shadow = helper.make_function("", "Relu", ["v"], ["w", "same"], [node("Abs", ["v"], ["w"]), ], opset)
    del shadow.output[1:]
    nodes = [
        node("Leaky", ["x"], ["a"], domain="local", name="default_slope"),
        node("Twice", ["a"], ["b"], domain="local", steep=0.5),
        node("Twice", ["b"], ["c"], domain="local", overload="negated"),
        node("Relu", ["c"], ["y"]),
    ]
    made = graph(nodes, [info("x", F32, [4])], [info("y", F32, [4])])
    return model(made, functions=[twice, leaky, wide, shadow], opset_imports=opset, ir_version=10)


def pass_through() -> ModelProto:
    """A function whose outputs are its parameter, one value twice."""
    opset = [helper.make_opsetid("", 17)]
    both = helper.make_function("local", "Both", ["v"], ["v", "n"], [node("Neg", ["v"], ["n"])], opset)
    made = graph([node("Both", ["x"], ["p", "q"], domain="local")], [info("x", F32, [4])], [info("p", F32, [4]), info("q", F32, [4])])
    return model(made, functions=[both], opset_imports=opset + [helper.make_opsetid("local", 1)])


def values() -> ModelProto:
    tensors = [
        helper.make_tensor("half", TensorProto.FLOAT16, [2], [1.0, -2.0]),
        helper.make_tensor("brain", TensorProto.BFLOAT16, [2], [1.0, -2.0]),
        helper.make_tensor("eight", TensorProto.FLOAT8E4M3FN, [2], [1.0, 2.0]),
        helper.make_tensor("flags", TensorProto.BOOL, [3], [True, False, True]),
        helper.make_tensor("bytes", TensorProto.UINT8, [3], [1, 2, 255]),
        helper.make_tensor("signed", TensorProto.INT8, [2], [-1, 5]),
        helper.make_tensor("big", TensorProto.UINT64, [1], [2**64 - 1]),
        helper.make_tensor("nibbles", TensorProto.INT4, [3], [1, -2, 3]),
        helper.make_tensor("crumbs", TensorProto.UINT2, [5], [0, 1, 2, 3, 1]),
        helper.make_tensor("tiny", TensorProto.FLOAT4E2M1, [2], [1.0, 6.0]),
        helper.make_tensor("pairs", TensorProto.COMPLEX64, [2], [1 + 2j, 3 - 4j]),
        helper.make_tensor("words", TensorProto.STRING, [2], [b"a", b"b\xff"]),
        helper.make_tensor("nothing", TensorProto.FLOAT, [0, 7], []),
        numpy_helper.from_array(np.arange(100, dtype=np.int32), "many"),
    ]
    names = [tensor.name for tensor in tensors]
    sparse = helper.make_sparse_tensor(
        helper.make_tensor("sparse", F32, [2], [5.0, 7.0]), helper.make_tensor("at", I64, [2, 2], [0, 1, 1, 2]), [2, 3]
    )
    sequence = helper.make_tensor_sequence_value_info("seq", F32, ["n", None, 4])
    optional = helper.make_value_info("opt", helper.make_optional_type_proto(helper.make_tensor_type_proto(F32, [2])))
    table = onnx.ValueInfoProto(name="map")
    table.type.map_type.key_type = TensorProto.STRING
    table.type.map_type.value_type.tensor_type.elem_type = F32
    nodes = [
        node("Custom", [*names, "sparse", "seq", "opt", "map"], ["", "second"], domain="test"),
        node("Constant", [], ["listed"], value_ints=[4, 5]),
        node("Constant", [], ["text"], value_string="hello"),
        node("Custom", ["listed", "text"], ["third"], domain="test", tp=helper.make_tensor_type_proto(F32, ["n"]), t=tensors[3],
             floats=[0.5], strings=["a", "b"]),
    ]
    made = graph(nodes, [sequence, optional, table], [onnx.ValueInfoProto(name="second"), onnx.ValueInfoProto(name="third")], tensors,
                 sparse_initializer=[sparse])
    return model(made, opset_imports=[helper.make_opsetid("ai.onnx", 25), helper.make_opsetid("test", 3)], ir_version=13)


def dims() -> ModelProto:
    inputs = [
        info("x", F32, ["batch", "2*seq + 1", None, 3]),
        info("two words", F32, ["two words", "two_words", "two words"]),
        info("rank_less", F32, None),
        info("minus", F32, [-1, "3"]),
    ]
    return model(graph([node("Identity", ["x"], ["y"])], inputs, [onnx.ValueInfoProto(name="y")]))


def defaults() -> ModelProto:
    made = mlp()
    made.ir_version = 3
    made.graph.input.append(info("b1", F32, [16]))
    return made


def external(out: Path) -> ModelProto:
    """w1 and w2 in one file, w2 at an odd offset; `links` holds what must not be followed."""
    made = mlp()
    blob = b""
    for tensor, gap in zip(made.graph.initializer, (0, 0, 3)):
        data = tensor.raw_data
        blob += b"#" * gap
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        entries = {"location": f"{out.stem}.bin", "offset": str(len(blob)), "length": str(len(data))}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=value)
        blob += data
    (out.parent / f"{out.stem}.bin").write_bytes(blob)
    return made


def located(location: str, **entries: str) -> ModelProto:
    made = mlp()
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=value)
    return made


# Broken models: what the name says is wrong with them.


def edited(edit) -> ModelProto:
    made = mlp()
    edit(made)
    return made


def nested(depth: int) -> ModelProto:
    inside = graph([node("Relu", ["x"], ["leaf"])], [], [info("leaf", F32, None)])
    for level in range(depth):
        inside = graph([node("If", ["flag"], [f"v{level}"], then_branch=inside)], [], [info(f"v{level}", F32, None)])
    inside.input.extend([info("x", F32, [1]), info("flag", BOOL, [])])
    return model(inside)


def recursive() -> ModelProto:
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    ping = helper.make_function("local", "Ping", ["v"], ["w"], [node("Pong", ["v"], ["w"], domain="local")], opset)
    pong = helper.make_function("local", "Pong", ["v"], ["w"], [node("Ping", ["v"], ["w"], domain="local")], opset)
    made = graph([node("Ping", ["x"], ["y"], domain="local")], [info("x", F32, [1])], [info("y", F32, [1])])
    return model(made, functions=[ping, pong], opset_imports=opset)


def doubling(levels: int, leaf: onnx.NodeProto) -> ModelProto:
    """Functions that each call the next one twice, down to one with the leaf: 2**levels copies of it from a few bytes."""
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    chain = [helper.make_function("local", f"F{levels}", ["v"], ["w"], [leaf], opset)]
    for level in range(levels):
        calls = [node(f"F{level + 1}", ["v"], ["u"], domain="local"), node(f"F{level + 1}", ["u"], ["w"], domain="local")]
        chain.append(helper.make_function("local", f"F{level}", ["v"], ["w"], calls, opset))
    made = graph([node("F0", ["x"], ["y"], domain="local")], [info("x", F32, [1])], [info("y", F32, [1])])
    return model(made, functions=chain, opset_imports=opset)


def sparse_edit(edit) -> ModelProto:
    values_, indices = helper.make_tensor("s", F32, [2], [1.0, 2.0]), helper.make_tensor("at", I64, [2], [0, 3])
    sparse = helper.make_sparse_tensor(values_, indices, [4])
    edit(sparse)
    made = graph([node("Relu", ["s"], ["y"])], [], [info("y", F32, None)], sparse_initializer=[sparse])
    return model(made)


def set_dims(tensor, dims_) -> None:
    del tensor.dims[:]
    tensor.dims.extend(dims_)


BROKEN = {
    "no-ir-version": lambda: edited(lambda m: m.ClearField("ir_version")),
    "future-ir-version": lambda: edited(lambda m: setattr(m, "ir_version", 99)),
    "no-opset": lambda: edited(lambda m: m.ClearField("opset_import")),
    "opset-zero": lambda: edited(lambda m: setattr(m.opset_import[0], "version", 0)),
    "no-graph": lambda: edited(lambda m: m.ClearField("graph")),
    "cycle": lambda: edited(lambda m: m.graph.node[0].input.__setitem__(0, "a")),
    "missing-input": lambda: edited(lambda m: m.graph.node[1].input.__setitem__(0, "ghost")),
    "missing-output": lambda: edited(lambda m: setattr(m.graph.output[0], "name", "ghost")),
    "duplicate-value": lambda: edited(lambda m: m.graph.node[1].output.__setitem__(0, "h")),
    "duplicate-initializer": lambda: edited(lambda m: setattr(m.graph.initializer[0], "name", "w2")),
    "untyped-input": lambda: edited(lambda m: m.graph.input[0].ClearField("type")),
    "foreign-domain": lambda: edited(lambda m: setattr(m.graph.node[0], "domain", "elsewhere")),
    "no-operator": lambda: edited(lambda m: setattr(m.graph.node[0], "op_type", "")),
    "duplicate-attribute": lambda: edited(lambda m: m.graph.node[0].attribute.append(helper.make_attribute("transB", 0))),
    "empty-attribute": lambda: edited(lambda m: m.graph.node[0].attribute[0].ClearField("i")),
    "loose-reference": lambda: edited(lambda m: setattr(m.graph.node[0].attribute[0], "ref_attr_name", "q")),
    "negative-dim": lambda: edited(lambda m: set_dims(m.graph.initializer[0], [-1])),
    "huge-dim": lambda: edited(lambda m: set_dims(m.graph.initializer[0], [2**62, 2**62, 0])),
    "wrong-size": lambda: edited(lambda m: set_dims(m.graph.initializer[0], [5])),
    "deep-rank": lambda: edited(lambda m: set_dims(m.graph.initializer[0], [1] * 1000)),
    "unknown-type": lambda: edited(lambda m: setattr(m.graph.initializer[0], "data_type", 77)),
    "two-data-fields": lambda: edited(lambda m: m.graph.initializer[0].float_data.append(1)),
    "bad-bool": lambda: edited(lambda m: (setattr(m.graph.initializer[0], "data_type", BOOL), set_dims(m.graph.initializer[0], [512]))),
    "wide-number": lambda: model(graph([], [], [info("h", TensorProto.INT8, [1])], [TensorProto(name="h", data_type=3, dims=[1], int32_data=[300])])),
    "input-huge-dim": lambda: edited(lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", 2**60)),
    "input-negative-dim": lambda: edited(lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", -5)),
    "input-unknown-type": lambda: edited(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 0)),
    "sparse-input": lambda: edited(lambda m: m.graph.input[0].type.sparse_tensor_type.SetInParent()),
    "nested": lambda: nested(30),
    "recursive": recursive,
    "explosive": lambda: doubling(40, node("Neg", ["v"], ["w"])),
    "explosive-operands": lambda: doubling(14, node("Sum", ["v"] * 1100, ["w"])),
    "explosive-lists": lambda: doubling(14, node("Pad", ["v"], ["w"], pads=[0] * 1100)),
    "sparse-order": lambda: sparse_edit(lambda s: s.indices.int64_data.__setitem__(1, 0)),
    "sparse-range": lambda: sparse_edit(lambda s: s.indices.int64_data.__setitem__(1, 4)),
    "sparse-huge": lambda: sparse_edit(lambda s: set_dims(s, [2**39])),
    "absolute-path": lambda: located("/etc/passwd"),
    "climbing-path": lambda: located("data/../../secret.bin"),
    "linked-path": lambda: located("outside/secret.bin"),
    "missing-file": lambda: located("absent.bin"),
    "short-file": lambda: located("short.bin"),
    "huge-offset": lambda: located("short.bin", offset=str(2**63 - 1)),
    "negative-offset": lambda: located("short.bin", offset="-8"),
    "wrong-length": lambda: located("short.bin", length="7"),
    "word-offset": lambda: located("short.bin", offset="four"),
    "device": lambda: located("pipe"),
}

MODELS = {
    "mlp": mlp,
    "twins": twins,
    "control-flow": control_flow,
    "functions": functions,
    "pass-through": pass_through,
    "values": values,
    "dims": dims,
    "defaults": defaults,
    **BROKEN,
}


def build(name: str, out: Path) -> ModelProto:
    if name == "external":
        return external(out)
    if name.startswith("shuffled-"):
        return shuffled(twins(), int(name.rpartition("-")[2]))
    return MODELS[name]()


def main(name: str, target: str) -> None:
    if name == "broken":
        for each in BROKEN:
            main(each, f"{target}/{each}.onnx")
        return
    out = Path(target)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(build(name, out).SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])
