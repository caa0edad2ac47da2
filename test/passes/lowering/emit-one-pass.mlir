// Two contractions and what rescales between them: the derived form, its plan, and why others have none.
// RUN: delos-opt %s --split-input-file --lowering-emit-one-pass=print-plan | FileCheck %s
// RUN: delos-opt %s --split-input-file --lowering-emit-one-pass=print-plan | FileCheck %s --check-prefix=PLAN

// Softmax weights: the sum rescales, its reciprocal leaves the loop, 100 rows are a tile of four vectors and one of three.
// CHECK-LABEL: softmax: score mul(product, 0.125)
// CHECK-NEXT: reduce weight mul(product, 0.125)
// CHECK-NEXT: reduce rescaled
// CHECK-NEXT: contract rescaled post reciprocal(sum(exp(
// PLAN-LABEL: softmax: score
// PLAN: tiles 10, scratch {{.*}}, row vectors 4, tail 3
func.func @softmax(%q: tensor<5x100x64xf32>, %k: tensor<5x300x64xf32>, %v: tensor<5x300x32xf32>) -> tensor<5x100x32xf32> {
  %c = graph.constant dense<1.250000e-01> : tensor<5x100x300xf32>
  %s = graph.contract %q, %k batch [0] x [0] contract [2] x [2] : (tensor<5x100x64xf32>, tensor<5x300x64xf32>) -> tensor<5x100x300xf32>
  %f = graph.map mul %s, %c : (tensor<5x100x300xf32>, tensor<5x100x300xf32>) -> tensor<5x100x300xf32>
  %m = graph.reduce max %f dims [2] : tensor<5x100x300xf32> -> tensor<5x100xf32>
  %mb = graph.broadcast %m dims [0, 1] : tensor<5x100xf32> -> tensor<5x100x300xf32>
  %d = graph.map sub %f, %mb : (tensor<5x100x300xf32>, tensor<5x100x300xf32>) -> tensor<5x100x300xf32>
  %e = graph.map exp %d : (tensor<5x100x300xf32>) -> tensor<5x100x300xf32>
  %l = graph.reduce sum %e dims [2] : tensor<5x100x300xf32> -> tensor<5x100xf32>
  %r = graph.map reciprocal %l : (tensor<5x100xf32>) -> tensor<5x100xf32>
  %rb = graph.broadcast %r dims [0, 1] : tensor<5x100xf32> -> tensor<5x100x300xf32>
  %p = graph.map mul %e, %rb : (tensor<5x100x300xf32>, tensor<5x100x300xf32>) -> tensor<5x100x300xf32>
  %o = graph.contract %p, %v batch [0] x [0] contract [2] x [1] : (tensor<5x100x300xf32>, tensor<5x300x32xf32>) -> tensor<5x100x32xf32>
  return %o : tensor<5x100x32xf32>
}

// -----

// Four query heads of one row share a key head: few rows, and the division after the product is a factor too.
// CHECK-LABEL: shared: score product
// CHECK: finish 1/sum(
// PLAN-LABEL: shared: score
// PLAN: tiles 2, scratch {{.*}}, row vectors 0
func.func @shared(%q: tensor<2x4x64xf32>, %k: tensor<2x300x64xf32>, %v: tensor<2x300x32xf32>) -> tensor<2x4x32xf32> {
  %s = graph.contract %q, %k batch [0] x [0] contract [2] x [2] : (tensor<2x4x64xf32>, tensor<2x300x64xf32>) -> tensor<2x4x300xf32>
  %m = graph.reduce max %s dims [2] : tensor<2x4x300xf32> -> tensor<2x4xf32>
  %mb = graph.broadcast %m dims [0, 1] : tensor<2x4xf32> -> tensor<2x4x300xf32>
  %d = graph.map sub %s, %mb : (tensor<2x4x300xf32>, tensor<2x4x300xf32>) -> tensor<2x4x300xf32>
  %e = graph.map exp %d : (tensor<2x4x300xf32>) -> tensor<2x4x300xf32>
  %l = graph.reduce sum %e dims [2] : tensor<2x4x300xf32> -> tensor<2x4xf32>
  %o = graph.contract %e, %v batch [0] x [0] contract [2] x [1] : (tensor<2x4x300xf32>, tensor<2x300x32xf32>) -> tensor<2x4x32xf32>
  %lb = graph.broadcast %l dims [0, 1] : tensor<2x4xf32> -> tensor<2x4x32xf32>
  %y = graph.map div %o, %lb : (tensor<2x4x32xf32>, tensor<2x4x32xf32>) -> tensor<2x4x32xf32>
  return %y : tensor<2x4x32xf32>
}

// -----

// tanh does not turn a difference into a product.
// CHECK-LABEL: tanh: refused: a factor that mixes what varies along the axis and a reduction over it: tanh(sub(product, max(product)))
// PLAN-LABEL: tanh: refused
func.func @tanh(%q: tensor<8x4xf32>, %k: tensor<9x4xf32>, %v: tensor<9x4xf32>) -> tensor<8x4xf32> {
  %s = graph.contract %q, %k batch [] x [] contract [1] x [1] : (tensor<8x4xf32>, tensor<9x4xf32>) -> tensor<8x9xf32>
  %m = graph.reduce max %s dims [1] : tensor<8x9xf32> -> tensor<8xf32>
  %mb = graph.broadcast %m dims [0] : tensor<8xf32> -> tensor<8x9xf32>
  %d = graph.map sub %s, %mb : (tensor<8x9xf32>, tensor<8x9xf32>) -> tensor<8x9xf32>
  %t = graph.map tanh %d : (tensor<8x9xf32>) -> tensor<8x9xf32>
  %o = graph.contract %t, %v batch [] x [] contract [1] x [0] : (tensor<8x9xf32>, tensor<9x4xf32>) -> tensor<8x4xf32>
  return %o : tensor<8x4xf32>
}

// -----

// Two products with nothing to rescale between them stay apart.
// CHECK-LABEL: linear: refused: two contractions without a rescaled reduction between them
// PLAN-LABEL: linear: refused
func.func @linear(%q: tensor<8x4xf32>, %k: tensor<9x4xf32>, %v: tensor<9x4xf32>) -> tensor<8x4xf32> {
  %s = graph.contract %q, %k batch [] x [] contract [1] x [1] : (tensor<8x4xf32>, tensor<9x4xf32>) -> tensor<8x9xf32>
  %o = graph.contract %s, %v batch [] x [] contract [1] x [0] : (tensor<8x9xf32>, tensor<9x4xf32>) -> tensor<8x4xf32>
  return %o : tensor<8x4xf32>
}
