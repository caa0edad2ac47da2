// RUN: delos-opt %s --task-plan-kernels=cpu=x86-64-v3 | FileCheck %s

// Equal bodies share a record whatever their names; a product goes through the tiles, its constant packed.
// CHECK-DAG: task.kernel @first inputs 1 outputs 1 dims <> {{.*}} members ["map"] {{.*}}kind = "element-wise"{{.*}}schedule = "#fusion.schedule<rows, {}>"
// CHECK-DAG: task.kernel @product inputs 2 outputs 1 {{.*}}kind = "contraction"{{.*}}#fusion.schedule<contraction,
// A left-hand side that repeats one row has no rows to tile: without the refusal the tile would slice what is not there.
// CHECK-DAG: task.kernel @repeated {{.*}}schedule = "#fusion.schedule<rows, {}>"
// CHECK-NOT: task.kernel @second

// CHECK: fusion.kernel "first"{{.*}}attributes {task.kernel = @first}
// CHECK: fusion.kernel "second"{{.*}}attributes {task.kernel = @first}
// CHECK: fusion.kernel "product"{{.*}}task.kernel = @product, task.packed = [{sizes = array<i64: 1, 4,
func.func @main(%x: tensor<32x64xf32>, %row: tensor<64xf32>, %v: tensor<64x8xf32>) -> (tensor<32x48xf32>, tensor<32x64xf32>, tensor<32x8xf32>) {
  %w = graph.constant dense_resource<w> : tensor<64x48xf32>
  %0 = fusion.kernel "first"(%x) {
  ^bb0(%a: tensor<32x64xf32>):
    %e = graph.map exp %a : (tensor<32x64xf32>) -> tensor<32x64xf32>
    fusion.yield %e : tensor<32x64xf32>
  } : (tensor<32x64xf32>) -> tensor<32x64xf32>
  %1 = fusion.kernel "second"(%0) {
  ^bb0(%a: tensor<32x64xf32>):
    %e = graph.map exp %a : (tensor<32x64xf32>) -> tensor<32x64xf32>
    fusion.yield %e : tensor<32x64xf32>
  } : (tensor<32x64xf32>) -> tensor<32x64xf32>
  %2 = fusion.kernel "product"(%1, %w) {
  ^bb0(%a: tensor<32x64xf32>, %b: tensor<64x48xf32>):
    %p = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<32x64xf32>, tensor<64x48xf32>) -> tensor<32x48xf32>
    fusion.yield %p : tensor<32x48xf32>
  } : (tensor<32x64xf32>, tensor<64x48xf32>) -> tensor<32x48xf32>
  %3 = fusion.kernel "repeated"(%row, %v) {
  ^bb0(%a: tensor<64xf32>, %b: tensor<64x8xf32>):
    %rows = graph.broadcast %a dims [1] : tensor<64xf32> -> tensor<32x64xf32>
    %p = graph.contract %rows, %b batch [] x [] contract [1] x [0] : (tensor<32x64xf32>, tensor<64x8xf32>) -> tensor<32x8xf32>
    fusion.yield %p : tensor<32x8xf32>
  } : (tensor<64xf32>, tensor<64x8xf32>) -> tensor<32x8xf32>
  return %2, %1, %3 : tensor<32x48xf32>, tensor<32x64xf32>, tensor<32x8xf32>
}
