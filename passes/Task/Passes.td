// Passes that turn a function of kernels into the program that the runtime runs.
#ifndef DELOS_PASSES_TASK_TD
#define DELOS_PASSES_TASK_TD

include "mlir/Pass/PassBase.td"

def PlanKernelsPass : Pass<"task-plan-kernels", "mlir::ModuleOp"> {
  let summary = "Give every fusion.kernel of @main its record: dim table, tile count, scratch bytes";
  let description = [{
    Plans each kernel with the target's code generators. Kernels with equal bodies share a record. The dim table and the final scratch
    size are written by code generation. A kernel with `fusion.fallback = "reason"` is planned with rows; its schedule tells the reason.

    ```mlir
    %y = fusion.kernel "gelu"(%x) { ... } : ...
    // becomes
    task.kernel @gelu inputs 1 outputs 1 dims <> tiles "12" scratch "0" members ["gelu"]
    %y = fusion.kernel "gelu"(%x) attributes {task.kernel = @gelu} { ... } : ...
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"\"", "Processor to plan for; empty: this machine's">];
  let dependentDialects = ["::delos::task::TaskDialect"];
}

def BuildProgramPass : Pass<"task-build-program", "mlir::ModuleOp"> {
  let summary = "Turn @main, a function of planned kernels, into a task.program";
  let description = [{
    Every fusion.kernel must carry `task.kernel = @record` (task-plan-kernels). Reshapes between kernels become aliases; results that
    no kernel writes (inputs, constants, a value returned twice) become copies.

    ```mlir
    %y = fusion.kernel "gelu"(%x) attributes {task.kernel = @gelu} { ... } : ...
    return %y : ...
    // becomes
    %0 = task.input 0 "x" : ...
    %1 = task.output 0 "y" : ...
    task.segment { task.launch @gelu(%0) -> (%1) : ... }
    ```
  }];
  let dependentDialects = ["::delos::task::TaskDialect"];
}

def ScheduleLaunchesPass : Pass<"task-schedule-launches", "::delos::task::ProgramOp"> {
  let summary = "Order launches by their dependences and rank them by critical path";
  let description = [{
    Fills `after` and `priority` of every launch of a segment from what the launches read and write.

    ```mlir
    task.launch @b(%t) -> (%u) : ...
    // becomes
    task.launch @b(%t) -> (%u) after [0] priority 1.0e-05 : ...
    ```
  }];
}

#endif // DELOS_PASSES_TASK_TD
