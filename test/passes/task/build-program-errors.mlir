// Without these errors a program would silently lack work.
// RUN: delos-opt %s --task-build-program --split-input-file --verify-diagnostics

func.func @main(%x: tensor<6xf32>) -> tensor<6xf32> {
  // expected-error @+1 {{expected only planned kernels, constants and reshapes, got graph.map}}
  %0 = graph.map exp %x : (tensor<6xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

func.func @main(%x: tensor<6xf32>) -> tensor<6xf32> {
  // expected-error @+1 {{kernel "a" has no record: run task-plan-kernels first}}
  %0 = fusion.kernel "a"(%x) {
  ^bb0(%a: tensor<6xf32>):
    %e = graph.map exp %a : (tensor<6xf32>) -> tensor<6xf32>
    fusion.yield %e : tensor<6xf32>
  } : (tensor<6xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

// expected-error @+1 {{expected a function @main}}
module {}
