// RUN: delos-opt %s --lower-to-llvm | FileCheck %s

// A mask must come out as a comparison of lane numbers and masked accesses as intrinsics, not as scalar branches.
// CHECK-LABEL: llvm.func @tail
// CHECK: llvm.icmp "sgt" %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK: llvm.intr.masked.load
// CHECK: llvm.intr.masked.store
// CHECK-NOT: builtin.unrealized_conversion_cast
func.func @tail(%x: memref<?xf32>, %y: memref<?xf32>, %rest: index) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %mask = vector.create_mask %rest : vector<16xi1>
  %v = vector.maskedload %x[%c0], %mask, %zero : memref<?xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
  vector.maskedstore %y[%c0], %mask, %v : memref<?xf32>, vector<16xi1>, vector<16xf32>
  return
}

// Structured loops and floor division leave no op of their dialects behind.
// CHECK-LABEL: llvm.func @loop
// CHECK: llvm.cond_br
// CHECK-NOT: affine
func.func @loop(%x: memref<?xi64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %half = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%i)
    %v = memref.load %x[%half] : memref<?xi64>
    memref.store %v, %x[%i] : memref<?xi64>
  }
  return
}
