// Passes that partition a graph into kernels.
#ifndef DELOS_PASSES_FUSION_TD
#define DELOS_PASSES_FUSION_TD

include "mlir/Pass/PassBase.td"

def DuplicateViewsPass : Pass<"fusion-duplicate-views", "mlir::func::FuncOp"> {
  let summary = "Give every user of a view its own copy";
  let description = [{
    Views cost nothing; with one copy per user each group can hold its own.

    ```mlir
    %t = graph.transpose %x perm [1, 0] : ...   // read by %a and %b
    // becomes
    %t0 = graph.transpose %x perm [1, 0] : ...  // read by %a
    %t1 = graph.transpose %x perm [1, 0] : ...  // read by %b
    ```
  }];
}

def FormGroupsPass : Pass<"fusion-form-groups", "mlir::func::FuncOp"> {
  let summary = "Partition the function's primitives into fusion.kernel ops";
  let description = [{
    Collects the fusion problem, asks the planner (with the target's evaluator) and replaces every group by one isolated kernel.

    ```mlir
    %0 = graph.map exp %x : ...
    %1 = graph.map neg %0 : ...
    // becomes
    %1 = fusion.kernel "exp_neg"(%x) { ... } : ...
    ```
  }];
  // Needs the target's evaluator, so the pipelines construct it.
  let constructor = "::delos::createFormGroupsPass(nullptr)";
  let options = [Option<"level", "level", "std::string", "\"full\"",
                        "off: one kernel per primitive; full: everything that pays">];
  let dependentDialects = ["::delos::fusion::FusionDialect"];
}

#endif // DELOS_PASSES_FUSION_TD
