// Malformed nodes, constants and types are refused where they stand; past this point every pass trusts them.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expected an operator name, got an empty one}}
onnx.node ""() opset 1 : () -> ()

// -----

// expected-error @+1 {{expected an opset version of at least 1, got 0}}
onnx.node "Relu"() opset 0 : () -> ()

// -----

// expected-error @+1 {{expected an id of 16 lower-case hex digits, got "12G4"}}
onnx.node "Relu"() opset 1 id "12G4" : () -> ()

// -----

// expected-error @+1 {{expected one output name per result (1), got 2}}
%0 = onnx.node "Relu"() opset 1 outputs ["a", "b"] : () -> tensor<f32>

// -----

// expected-error @+1 {{expected one body name per body (1), got 2}}
onnx.node "If"() opset 1 bodies ["then_branch", "else_branch"] { onnx.yield } : () -> ()

// -----

// expected-error @+1 {{expected attribute 'axis' to be f32, i64, a string, a type, a tensor, or a list of one of these, got 1 : i32}}
onnx.node "Relu"() {axis = 1 : i32} opset 1 : () -> ()

// -----

// expected-error @+1 {{expected body 0 to have one block, got 0}}
onnx.node "If"() opset 1 bodies ["then_branch"] {} : () -> ()

// -----

// expected-error @+1 {{expected body 0 to end in onnx.yield}}
onnx.node "If"() opset 1 bodies ["then_branch"] { llvm.unreachable } : () -> ()

// -----

// expected-error @+1 {{expected the arguments of body 0 to be ONNX values, got 'index'}}
onnx.node "Loop"() opset 1 bodies ["body"] {
^bb0(%i: index):
  onnx.yield
} : () -> ()

// -----

// expected-error @+1 {{result #0 must be variadic of ONNX value, but got 'index'}}
%0 = onnx.node "Relu"() opset 1 : () -> index

// -----

func.func @orphan() {
  // expected-error @+1 {{expects parent op 'onnx.node'}}
  onnx.yield
}

// -----

// expected-error @+1 {{expected an element type of ONNX, got 'i3'}}
%0 = onnx.constant dense<1> : tensor<i3>

// -----

// expected-error @+1 {{expected 2 bytes of data, got 3}}
%0 = onnx.constant dense_resource<short> : tensor<3xi4>

{-# dialect_resources: { builtin: { short: "0x04000000210300" } } #-}

// -----

// expected-error @+1 {{expected a list of strings, got a resource}}
%0 = onnx.constant dense_resource<text> : tensor<3x!onnx.string>

{-# dialect_resources: { builtin: { text: "0x04000000210300" } } #-}

// -----

// expected-error @+1 {{expected a sequence of tensors or other ONNX values, got element type '!onnx.none'}}
func.func private @f(!onnx.seq<!onnx.none>)

// -----

// expected-error @+1 {{expected an optional tensor or sequence, got element type '!onnx.map<i64, tensor<f32>>'}}
func.func private @f(!onnx.optional<!onnx.map<i64, tensor<f32>>>)

// -----

// expected-error @+1 {{expected map keys of an integer type or !onnx.string, got 'f32'}}
func.func private @f(!onnx.map<f32, tensor<f32>>)

// -----

// expected-error @+1 {{expected map values of an ONNX value type, got 'f32'}}
func.func private @f(!onnx.map<i64, f32>)
