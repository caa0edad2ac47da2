// Without these checks a kernel could be compiled against the wrong buffers.
// RUN: delos-opt %s --split-input-file --verify-diagnostics

func.func @yields_other_type(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected the body to yield ('tensor<8xf32>'), got ('tensor<8xi1>')}}
  %y = fusion.kernel "k"(%x) {
  ^bb0(%a: tensor<8xf32>):
    %0 = graph.map is_nan %a : (tensor<8xf32>) -> tensor<8xi1>
    fusion.yield %0 : tensor<8xi1>
  } : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @arguments_differ(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected block arguments ('tensor<8xf32>'), got ('tensor<4xf32>')}}
  fusion.kernel "k"(%x) {
  ^bb0(%a: tensor<4xf32>):
    fusion.yield
  } : (tensor<8xf32>) -> ()
  return
}

// -----

func.func @captures(%x: tensor<8xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %y = fusion.kernel "k"() {
    // expected-error @+1 {{using value defined outside the region}}
    %0 = graph.map exp %x : (tensor<8xf32>) -> tensor<8xf32>
    fusion.yield %0 : tensor<8xf32>
  } : () -> tensor<8xf32>
  return
}

// -----

func.func @other_terminator(%x: tensor<8xf32>) {
  // expected-error @+1 {{expected a body that ends in fusion.yield}}
  "fusion.group"() ({
    llvm.unreachable
  }) : () -> ()
  return
}
