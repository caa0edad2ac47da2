// The order of graph simplification is part of what it promises: views before folding (a transpose that a contraction reads through needs no
// transposed copy of its constant), folding before the passes that look for constants, and again for what those leave.
// RUN: delos-opt %s --delos-simplify-graph --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s

// CHECK: builtin.module(
// CHECK-NEXT: func.func(
// CHECK-NEXT: graph-views
// CHECK-NEXT: ),
// CHECK-NEXT: graph-fold{growth=4096 max-bytes=268435456 max-steps=1073741824},
// CHECK-NEXT: cse,
// CHECK-NEXT: func.func(
// CHECK-NEXT: graph-algebra,
// CHECK-NEXT: graph-fold-padding,
// CHECK-NEXT: graph-fold-normalization,
// CHECK-NEXT: graph-layout,
// CHECK-NEXT: graph-views
// CHECK-NEXT: ),
// CHECK-NEXT: graph-fold{growth=4096 max-bytes=268435456 max-steps=1073741824},
// CHECK-NEXT: canonicalize{{.*}},
// CHECK-NEXT: cse
module {}
