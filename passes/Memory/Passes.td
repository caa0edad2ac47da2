// Passes that place buffers.
#ifndef DELOS_PASSES_MEMORY_TD
#define DELOS_PASSES_MEMORY_TD

include "mlir/Pass/PassBase.td"

def PlanArenaPass : Pass<"memory-plan-arena", "::delos::task::ProgramOp"> {
  let summary = "Place temporaries in one arena";
  let description = [{
    Two temporaries share bytes only when one is dead before the other is written in every order that `after` allows; so
    task-schedule-launches runs first.

    ```mlir
    task.program @main { %t = task.arena "t0" : tensor<64xf32> ... }
    // becomes
    task.program @main arena "256" { %t = task.arena "t0" offset "0" : tensor<64xf32> ... }
    ```
  }];
}

#endif // DELOS_PASSES_MEMORY_TD
